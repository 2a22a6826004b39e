//! The keys that a provider signs with (JWK, RFC 7517), and whether something was signed with one of them
//! (JWS, RFC 7515).
//!
//! Three algorithms and no others. A key is good for one of them, whatever a token says: the token only
//! names the key. What is symmetric, or says `none`, has no key here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::Deserialize;

/// How something may be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            // The second name is the newer one (RFC 9864).
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// What it takes to check a signature.
#[derive(Debug, Clone)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// A key that a provider signs with.
#[derive(Debug, Clone)]
struct Key {
    id: Option<String>,
    material: Material,
}

/// The keys that a provider signs with.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(Vec<Key>);

/// The most keys that are looked at.
const MOST: usize = 64;

/// A key as it is published; whatever else is said of it does not matter here.
#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    r#use: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

/// The head of something signed.
#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// Why something does not count as signed by the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsigned {
    #[error("it is no signed token")]
    Malformed,
    #[error("it is signed in a way that is not taken: RS256, ES256 and EdDSA are")]
    Algorithm,
    #[error("it has extensions that are not known here")]
    Extension,
    #[error("it names a key that the provider does not publish")]
    UnknownKey,
    #[error("its signature is not right")]
    Signature,
}

impl Keys {
    /// Reads a published set. A key of a kind that is not taken is passed over: providers publish others too.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let set: Set = serde_json::from_slice(bytes).ok()?;
        let keys = set.keys.into_iter().take(MOST);
        let keys = keys.filter_map(|key| Key::of(serde_json::from_value(key).ok()?));
        Some(Self(keys.collect()))
    }

    /// What something says that one of these keys signed.
    pub(super) fn verified(&self, token: &str) -> Result<Vec<u8>, Unsigned> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Unsigned::Malformed)?;
        let (head, body) = signed.split_once('.').ok_or(Unsigned::Malformed)?;
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let head = decoded(head).ok_or(Unsigned::Malformed)?;
        let head: Head = serde_json::from_slice(&head).map_err(|_| Unsigned::Malformed)?;
        let algorithm = Algorithm::named(&head.alg).ok_or(Unsigned::Algorithm)?;
        if head.crit.is_some() {
            return Err(Unsigned::Extension);
        }
        let signature = decoded(signature).ok_or(Unsigned::Malformed)?;
        let key = self
            .find(algorithm, head.kid.as_deref())
            .ok_or(Unsigned::UnknownKey)?;
        if !key.material.has_signed(signed.as_bytes(), &signature) {
            return Err(Unsigned::Signature);
        }
        decoded(body).ok_or(Unsigned::Malformed)
    }

    /// The one key of this name, or the one there is where none is named (`OpenID` Connect Core, 10.1).
    fn find(&self, algorithm: Algorithm, id: Option<&str>) -> Option<&Key> {
        let mut fitting = self.0.iter().filter(|key| {
            key.material.algorithm() == algorithm && (id.is_none() || key.id.as_deref() == id)
        });
        let found = fitting.next()?;
        (id.is_some() || fitting.next().is_none()).then_some(found)
    }
}

impl Key {
    fn of(key: Published) -> Option<Self> {
        if key.r#use.is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let number = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let coordinate = |text: Option<String>| number(text).filter(|bytes| bytes.len() == 32);
        let material = match (key.kty.as_str(), key.crv.as_deref()) {
            ("RSA", _) => Material::Rsa {
                n: number(key.n)?,
                e: number(key.e)?,
            },
            ("EC", Some("P-256")) => {
                let (x, y) = (coordinate(key.x)?, coordinate(key.y)?);
                // An uncompressed point (SEC 1, 2.3.3).
                Material::P256([[4].as_slice(), &x, &y].concat())
            }
            ("OKP", Some("Ed25519")) => Material::Ed25519(coordinate(key.x)?),
            _ => return None,
        };
        if let Some(name) = &key.alg
            && Algorithm::named(name) != Some(material.algorithm())
        {
            return None;
        }
        Some(Self {
            id: key.kid,
            material,
        })
    }
}

impl Material {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match self {
            Self::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
            Self::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Self::Ed25519(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
        };
        checked.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn keys(keys: &Value) -> Keys {
        Keys::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
    }

    /// RFC 7515, A.2.
    fn rsa() -> Value {
        json!({ "kty": "RSA", "e": "AQAB", "n":
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR\
             T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-\
             UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2e\
             thFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ" })
    }

    const RS256: &str = "eyJhbGciOiJSUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb\
        F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_\
        dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB\
        p0igcN_IoypGlUPQGe77Rw";

    /// RFC 7515, A.3.
    fn p256() -> Value {
        json!({ "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" })
    }

    const ES256: &str = "eyJhbGciOiJFUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
        DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    /// RFC 8037, A.4.
    fn ed25519() -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
    }

    const EDDSA: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
        hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    #[test]
    fn the_published_vectors_are_signed() {
        let all = keys(&json!([rsa(), p256(), ed25519()]));
        for token in [RS256, ES256] {
            let said = String::from_utf8(all.verified(token).unwrap()).unwrap();
            assert!(said.contains("\"iss\":\"joe\""), "{said}");
        }
        assert_eq!(
            all.verified(EDDSA).unwrap(),
            b"Example of Ed25519 signing".as_slice()
        );
    }

    #[test]
    fn what_was_altered_is_not() {
        let all = keys(&json!([rsa(), p256(), ed25519()]));
        for token in [RS256, ES256, EDDSA] {
            let (head, rest) = token.split_once('.').unwrap();
            let (body, signature) = rest.split_once('.').unwrap();
            let other = URL_SAFE_NO_PAD.encode("{\"iss\":\"ann\"}");
            let altered = format!("{head}.{other}.{signature}");
            assert_eq!(all.verified(&altered), Err(Unsigned::Signature));
            let bare = format!("{head}.{body}.");
            assert_eq!(all.verified(&bare), Err(Unsigned::Signature));
        }
    }

    #[test]
    fn no_token_chooses_how_it_is_checked() {
        let all = keys(&json!([rsa(), p256(), ed25519()]));
        let with = |head: &Value, signature: &str| {
            let head = URL_SAFE_NO_PAD.encode(head.to_string());
            all.verified(&format!(
                "{head}.{}.{signature}",
                URL_SAFE_NO_PAD.encode("{}")
            ))
        };
        for name in ["none", "None", "HS256", "RS384", "PS256", "", "rs256"] {
            let refused = with(&json!({ "alg": name }), "");
            assert_eq!(refused, Err(Unsigned::Algorithm), "{name}");
        }
        let extended = json!({ "alg": "RS256", "crit": ["b64"], "b64": false });
        assert_eq!(with(&extended, "AA"), Err(Unsigned::Extension));
        let elsewhere = json!({ "alg": "RS256", "kid": "other", "jwk": rsa() });
        assert_eq!(with(&elsewhere, "AA"), Err(Unsigned::UnknownKey));
        for nonsense in ["", ".", "..", "a.b", "a.b.c", "e30.e30.", "e30.e30.AA.AA"] {
            assert!(all.verified(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_key_is_found_by_its_name_or_is_the_only_one() {
        let named = |mut key: Value, id: &str| {
            key["kid"] = id.into();
            key
        };
        let one = keys(&json!([named(p256(), "a"), named(rsa(), "b")]));
        assert!(one.verified(ES256).is_ok(), "the only one of its kind");
        let two = keys(&json!([named(p256(), "a"), named(p256(), "b")]));
        assert_eq!(two.verified(ES256), Err(Unsigned::UnknownKey));
    }

    #[test]
    fn keys_for_something_else_are_passed_over() {
        let with = |mut key: Value, name: &str, value: &str| {
            key[name] = value.into();
            key
        };
        for key in [
            with(p256(), "use", "enc"),
            with(p256(), "alg", "ECDH-ES"),
            with(p256(), "crv", "P-384"),
            with(p256(), "x", "AAAA"),
            json!({ "kty": "oct", "k": "c2VjcmV0" }),
            json!("nonsense"),
        ] {
            let found = keys(&json!([key]));
            assert_eq!(found.verified(ES256), Err(Unsigned::UnknownKey), "{key}");
        }
        assert!(Keys::read(b"{}").is_none());
    }
}
