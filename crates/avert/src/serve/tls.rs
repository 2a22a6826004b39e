//! TLS, where no proxy in front does it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use tokio_rustls::TlsAcceptor;

use crate::context::Context;
use crate::failure::{CommandError, Failure};

/// `[serve.tls]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsSettings {
    /// The file with the certificate and those above it, in PEM.
    pub(crate) certificate: PathBuf,
    /// The file with its key, in PEM, readable by you alone.
    pub(crate) key: PathBuf,
}

/// What takes connections in TLS 1.2 or 1.3, if the configuration says so.
pub(super) fn acceptor(context: &Context<'_>) -> Result<Option<TlsAcceptor>, Failure> {
    let Some(settings) = &context.config.serve.tls else {
        return Ok(None);
    };
    let (certificate, key) = (
        context.base().join(&settings.certificate),
        context.base().join(&settings.key),
    );
    let chain = CertificateDer::pem_file_iter(&certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(&certificate, &error))?;
    let secret = PrivateKeyDer::from_pem_file(&key).map_err(|error| unusable(&key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(chain, secret)
        })
        .map_err(|error| unusable(&certificate, &error))?;
    let mut config = config;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> CommandError {
    CommandError::Certificate {
        path: path.to_owned(),
        detail: error.to_string(),
    }
}
