//! A real Matrix Synapse in a folder of its own: configured, started, and stopped whatever happens.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::live::homeserver::{Homeserver, NOTICES, PASSWORD, SERVER_NAME, SignIn, sign_in};
use crate::live::supervised::Supervised;
use crate::live::town::Person;
use crate::workspace;

/// How long a first start may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// What the first administrator is registered with.
const SHARED_SECRET: &str = "of this run only";

/// A running Synapse.
pub(crate) struct Synapse {
    pub(crate) homeserver: Homeserver,
    process: Supervised,
}

impl Synapse {
    /// Starts one in a new folder and registers its administrator.
    pub(crate) fn start(python: &Path, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let port = free_port()?;
        let config = folder.join("homeserver.yaml");
        let log_config = folder.join("log.yaml");
        // JSON is YAML, and cannot be indented wrongly.
        fs::write(&config, settings(folder, port, &log_config).to_string())?;
        fs::write(&log_config, log_settings().to_string())?;
        let config = config.to_str().context("the folder's name is no text")?;
        let server = ["-m", "synapse.app.homeserver", "--config-path", config];
        workspace::run(
            Command::new(python)
                .args(server)
                .arg("--generate-keys")
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )
        .context("Synapse cannot make its keys")?;
        let process = Supervised::start(python, folder, PATIENCE, &server)?;
        let admin_token = register_admin(python, port)?;
        Ok(Self {
            homeserver: Homeserver { port, admin_token },
            process,
        })
    }

    /// How the server's own log ends.
    pub(crate) fn log_tail(&self) -> String {
        self.process.log_tail()
    }
}

/// The first account can only come from the shared secret; Synapse's own tool uses it.
fn register_admin(python: &Path, port: u16) -> Result<String> {
    let admin = Person {
        name: "keeper".to_owned(),
        addresses: Vec::new(),
        user_agent: "console",
        device: "CONSOLE".to_owned(),
    };
    workspace::run(
        Command::new(python)
            .args(["-m", "synapse._scripts.register_new_matrix_user"])
            .args(["--user", &admin.name, "--password", PASSWORD, "--admin"])
            .args(["--shared-secret", SHARED_SECRET])
            .arg(format!("http://127.0.0.1:{port}"))
            .stdout(Stdio::null()),
    )
    .context("the administrator cannot be registered")?;
    match sign_in(port, &admin, "127.0.0.1")? {
        SignIn::Welcome(token) => Ok(token),
        SignIn::Refused(code) => anyhow::bail!("the administrator may not sign in: {code}"),
    }
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?.port())
}

/// `homeserver.yaml`: alone on loopback, quick with passwords, patient with the traffic of a whole
/// town within a minute, and able to send server notices.
fn settings(folder: &Path, port: u16, log_config: &Path) -> Value {
    let at_will = json!({ "per_second": 1_000_000, "burst_count": 1_000_000 });
    json!({
        "server_name": SERVER_NAME,
        "public_baseurl": format!("http://127.0.0.1:{port}/"),
        "listeners": [{
            "port": port,
            "type": "http",
            "tls": false,
            "bind_addresses": ["127.0.0.1"],
            "x_forwarded": true,
            "resources": [{ "names": ["client", "media"], "compress": false }],
        }],
        "database": { "name": "sqlite3", "args": { "database": folder.join("homeserver.db") } },
        "media_store_path": folder.join("media"),
        "signing_key_path": folder.join("signing.key"),
        "pid_file": folder.join("homeserver.pid"),
        "log_config": log_config,
        "registration_shared_secret": SHARED_SECRET,
        "macaroon_secret_key": SHARED_SECRET,
        "form_secret": SHARED_SECRET,
        "bcrypt_rounds": 4,
        "server_notices": {
            "system_mxid_localpart": NOTICES,
            "system_mxid_display_name": "Example Chat",
            "room_name": "Notices from Example Chat",
        },
        "federation_domain_whitelist": [],
        // Otherwise a client that asks what is new, and asks the same again within two minutes, is
        // told what was new then.
        "caches": { "sync_response_cache_duration": "0s" },
        "trusted_key_servers": [],
        "suppress_key_server_warning": true,
        "presence": { "enabled": false },
        "url_preview_enabled": false,
        "report_stats": false,
        "rc_message": at_will,
        "rc_registration": at_will,
        "rc_login": { "address": at_will, "account": at_will, "failed_attempts": at_will },
        "rc_joins": { "local": at_will, "remote": at_will },
        "rc_joins_per_room": at_will,
        "rc_invites": { "per_room": at_will, "per_user": at_will, "per_issuer": at_will },
        "rc_room_creation": at_will,
        "rc_media_create": at_will,
    })
}

fn log_settings() -> Value {
    json!({
        "version": 1,
        "formatters": { "line": { "format": "%(asctime)s %(levelname)s %(name)s %(message)s" } },
        "handlers": { "console": { "class": "logging.StreamHandler", "formatter": "line" } },
        "root": { "level": "WARNING", "handlers": ["console"] },
        "disable_existing_loggers": false,
    })
}
