//! A new passkey, from what its authenticator and the browser tell. It counts once it stands in avert.toml:
//! whoever writes it there makes sure whose it is, as with an SSH key.

use super::{ATTESTED, Authenticator, EXTENDED, PasskeyError, said};
use crate::people::{Algorithm, Passkey, RelyingParty};

/// What a browser hands on of a new passkey.
#[derive(Debug, Clone, Copy)]
pub struct Registration<'a> {
    /// `rawId`.
    pub credential: &'a [u8],
    /// `clientDataJSON`, byte for byte.
    pub client_data: &'a [u8],
    /// What `getAuthenticatorData()` gives.
    pub authenticator_data: &'a [u8],
}

/// The passkey that was made in answer to `challenge`, which has to be random and asked once. The key is the
/// one that the authenticator tells; whether anybody vouches for the make of authenticator is not looked at.
///
/// # Errors
/// Says what of it cannot be.
pub fn enrolled(
    registration: &Registration<'_>,
    challenge: &[u8],
    party: &RelyingParty,
) -> Result<Passkey, PasskeyError> {
    said(
        registration.client_data,
        "webauthn.create",
        challenge,
        party,
    )?;
    let told = Authenticator::read(registration.authenticator_data, party)?;
    if !told.has(ATTESTED) {
        return Err(PasskeyError::AuthenticatorData);
    }
    let (credential, rest) = credential(told.rest).ok_or(PasskeyError::AuthenticatorData)?;
    if credential != registration.credential {
        return Err(PasskeyError::Credential);
    }
    let (algorithm, numbers, rest) = key(rest).ok_or(PasskeyError::Key)?;
    if rest.is_empty() == told.has(EXTENDED) {
        return Err(PasskeyError::AuthenticatorData);
    }
    Ok(Passkey::new(
        algorithm,
        credential,
        &numbers,
        party.clone(),
    )?)
}

/// The id, and what comes after it: the maker's number of the model, a length, so many bytes.
fn credential(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_model, data) = data.split_first_chunk::<16>()?;
    let (length, data) = data.split_first_chunk::<2>()?;
    data.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// `{1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x …` in CBOR. Source: RFC 9053, section 7.1.1.
const ES256_X: &[u8] = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
/// `… -3: y}`
const ES256_Y: &[u8] = b"\x22\x58\x20";
/// `{1: 1 (OKP), 3: -8 (EdDSA), -1: 6 (Ed25519), -2: x}`. Source: RFC 9053, section 7.2.
const EDDSA_X: &[u8] = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20";

/// The key, and what comes after it. Authenticators have to write keys in one form only (the canonical CBOR
/// of CTAP 2), so a reader of CBOR is not needed.
fn key(data: &[u8]) -> Option<(Algorithm, Vec<u8>, &[u8])> {
    if let Some(data) = data.strip_prefix(EDDSA_X) {
        let (x, rest) = data.split_first_chunk::<32>()?;
        return Some((Algorithm::EdDsa, x.to_vec(), rest));
    }
    let (x, data) = data.strip_prefix(ES256_X)?.split_first_chunk::<32>()?;
    let (y, rest) = data.strip_prefix(ES256_Y)?.split_first_chunk::<32>()?;
    Some((Algorithm::Es256, [*x, *y].concat(), rest))
}
