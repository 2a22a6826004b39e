//! Signatures as Standard Webhooks has them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use crate::settings::{Secret, SettingsError};

/// How a secret begins.
const PREFIX: &str = "whsec_";
/// The shortest secret that the specification allows, in bytes.
const SHORTEST: usize = 24;
/// The longest.
const LONGEST: usize = 64;

/// Signs with one secret.
pub(super) struct Signer(hmac::Key);

impl Signer {
    /// Takes a secret as it is handed around: `whsec_` and base64.
    pub(super) fn new(secret: &Secret) -> Result<Self, SettingsError> {
        let wrong = |why: &str| SettingsError::Value {
            key: "secret",
            value: "…".into(),
            why: why.into(),
        };
        let text = secret.expose().strip_prefix(PREFIX);
        let text = text.ok_or_else(|| wrong("must begin with whsec_"))?;
        let bytes = STANDARD
            .decode(text)
            .map_err(|_| wrong("must be base64 after whsec_"))?;
        if !(SHORTEST..=LONGEST).contains(&bytes.len()) {
            return Err(wrong("must be of 24 to 64 bytes"));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The signature of a body sent under this id at this time, in seconds since 1970.
    pub(super) fn sign(&self, id: &str, at: i64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(format!("{id}.{at}.").as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specification's own example.
    #[test]
    fn a_signature_is_what_the_specification_says() {
        let secret = Secret::for_tests("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature = Signer::new(&secret).unwrap().sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_shown() {
        for text in [
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_not base64!",
            "whsec_c2hvcnQ=",
        ] {
            let error = Signer::new(&Secret::for_tests(text)).err().unwrap();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(&text[6..]), "{shown}");
        }
    }
}
