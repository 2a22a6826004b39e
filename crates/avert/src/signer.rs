//! Signs approvals with a person's own key: from a file, or in an ssh-agent that never gives it away.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use avert_ops::people::Actor;
use avert_ops::review::{NAMESPACE, Signer, sign_with};
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, Signature, SshSig};

/// Where the key is.
pub(crate) enum OwnKey {
    /// In this file; if that has its public half only, in the agent.
    File(PathBuf),
    /// In the agent, whichever of the person's keys that has.
    Agent,
}

impl OwnKey {
    /// What was asked for; without a word, the agent, if there is one and the person has keys.
    pub(crate) fn of(file: Option<&PathBuf>, person: &Actor) -> Option<Self> {
        let has_agent = !person.keys().is_empty() && std::env::var_os("SSH_AUTH_SOCK").is_some();
        file.map(|path| Self::File(path.clone()))
            .or(has_agent.then_some(Self::Agent))
    }
}

impl Signer for OwnKey {
    fn sign(&self, message: &[u8], keys: &[PublicKey]) -> Result<String, String> {
        let Self::File(path) = self else {
            return in_agent(message, keys);
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        if let Ok(public) = PublicKey::from_openssh(text.trim()) {
            return in_agent(message, &[public]);
        }
        let key = PrivateKey::from_openssh(&text)
            .map_err(|error| format!("{} has no key of OpenSSH: {error}", path.display()))?;
        if key.is_encrypted() {
            return Err(format!("the key in {} has a passphrase", path.display()));
        }
        sign_with(&key, message)
            .map_err(|error| format!("the key in {} cannot sign: {error}", path.display()))
    }
}

/// Has the agent sign with the first of these keys that it has.
fn in_agent(message: &[u8], keys: &[PublicKey]) -> Result<String, String> {
    let socket = std::env::var_os("SSH_AUTH_SOCK").ok_or("there is no ssh-agent here")?;
    let mut agent = Agent::connect(Path::new(&socket))?;
    let held = agent.keys()?;
    let key = keys
        .iter()
        .find(|key| key.to_bytes().is_ok_and(|blob| held.contains(&blob)))
        .ok_or("the ssh-agent has none of the keys that the configuration gives")?;
    let signed = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, message);
    let signed = signed.map_err(|error| error.to_string())?;
    let signature = agent.sign(key, &signed)?;
    SshSig::new(
        key.key_data().clone(),
        NAMESPACE,
        HashAlg::Sha512,
        signature,
    )
    .and_then(|seal| seal.to_pem(LineEnding::LF))
    .map_err(|error| format!("the ssh-agent's signature is none: {error}"))
}

/// A conversation with an ssh-agent. Source: draft-ietf-sshm-ssh-agent.
struct Agent(std::os::unix::net::UnixStream);

const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// No honest answer is longer.
const MOST_BYTES: u32 = 256 * 1024;

/// Somebody may have to touch a key or type into a window.
const PATIENCE: Duration = Duration::from_mins(2);

impl Agent {
    fn connect(socket: &Path) -> Result<Self, String> {
        let connected = std::os::unix::net::UnixStream::connect(socket);
        let stream = connected
            .map_err(|error| format!("no ssh-agent answers at {}: {error}", socket.display()))?;
        let timed = stream.set_read_timeout(Some(PATIENCE));
        timed.map_err(|error| error.to_string())?;
        Ok(Self(stream))
    }

    fn ask(&mut self, request: &[u8], expected: u8) -> Result<Vec<u8>, String> {
        let failed = |error: std::io::Error| format!("the ssh-agent did not answer: {error}");
        let length = u32::try_from(request.len()).map_err(|error| error.to_string())?;
        self.0.write_all(&length.to_be_bytes()).map_err(failed)?;
        self.0.write_all(request).map_err(failed)?;
        let mut length = [0; 4];
        self.0.read_exact(&mut length).map_err(failed)?;
        let length = u32::from_be_bytes(length);
        if length == 0 || length > MOST_BYTES {
            return Err(format!("the ssh-agent answers with {length} bytes"));
        }
        let mut answer = vec![0; length as usize];
        self.0.read_exact(&mut answer).map_err(failed)?;
        if answer[0] == expected {
            Ok(answer.split_off(1))
        } else {
            Err("the ssh-agent refused".to_owned())
        }
    }

    /// The public halves of the keys it has.
    fn keys(&mut self) -> Result<Vec<Vec<u8>>, String> {
        let answer = self.ask(&[REQUEST_IDENTITIES], IDENTITIES_ANSWER)?;
        let mut rest = answer.get(4..).unwrap_or_default();
        let mut keys = Vec::new();
        while !rest.is_empty() {
            let cut = "the ssh-agent's list of keys is cut off";
            let (key, after) = string(rest).ok_or(cut)?;
            let (_comment, after) = string(after).ok_or(cut)?;
            keys.push(key.to_vec());
            rest = after;
        }
        Ok(keys)
    }

    fn sign(&mut self, key: &PublicKey, data: &[u8]) -> Result<Signature, String> {
        let blob = key.to_bytes().map_err(|error| error.to_string())?;
        let mut request = vec![SIGN_REQUEST];
        for part in [blob.as_slice(), data] {
            let length = u32::try_from(part.len()).map_err(|error| error.to_string())?;
            request.extend(length.to_be_bytes());
            request.extend_from_slice(part);
        }
        request.extend(0_u32.to_be_bytes());
        let answer = self.ask(&request, SIGN_RESPONSE)?;
        let (signature, _) = string(&answer).ok_or("the ssh-agent's answer is cut off")?;
        Signature::try_from(signature)
            .map_err(|error| format!("the ssh-agent's signature is none: {error}"))
    }
}

/// A length and so many bytes, and what comes after them.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn what_an_agent_cuts_off_is_nothing() {
        assert_eq!(string(b"\0\0\0\x02abc"), Some((&b"ab"[..], &b"c"[..])));
        assert_eq!(string(b"\0\0\0\x04abc"), None);
        assert_eq!(string(b"\0\0"), None);
        assert_eq!(string(b"\xff\xff\xff\xffab"), None);
    }
}
