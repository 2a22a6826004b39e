//! An identity provider of a few lines, which says what a test has it say.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

/// What the provider knows the server by.
pub(crate) const CLIENT: (&str, &str) = ("avert", "of this test: only");

/// A provider that answers until the test is over.
pub(crate) struct Provider {
    pub(crate) url: String,
    mind: Arc<Mutex<Mind>>,
}

/// What it says, and what it was asked.
pub(crate) struct Mind {
    /// What an ID token says besides what it has to; `null` leaves out what it has to.
    pub(crate) claims: Value,
    /// What its head says besides.
    pub(crate) head: Value,
    /// What it says of the person elsewhere.
    pub(crate) userinfo: Value,
    /// The seed of the key that it signs with, and that it publishes.
    pub(crate) signs_with: u8,
    pub(crate) publishes: u8,
    /// Whether it is out of order.
    pub(crate) is_broken: bool,
    /// How often its keys were asked for.
    pub(crate) keys_asked_for: usize,
    /// The nonce and the challenge of each code that was not taken back yet.
    codes: BTreeMap<String, (String, String)>,
    now: i64,
}

impl Provider {
    /// Starts one that signs ines in.
    pub(crate) fn start(now: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mind = Arc::new(Mutex::new(Mind {
            claims: json!({ "email": "ines@example.org", "email_verified": true }),
            head: json!({}),
            userinfo: json!({ "sub": "someone-else" }),
            signs_with: 1,
            publishes: 1,
            is_broken: false,
            keys_asked_for: 0,
            codes: BTreeMap::new(),
            now,
        }));
        let (issuer, answering) = (url.clone(), Arc::clone(&mind));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // Whoever went away was answered enough.
                let _ = answer(stream.unwrap(), &issuer, &answering);
            }
        });
        Self { url, mind }
    }

    /// What it says and was asked.
    pub(crate) fn mind(&self) -> MutexGuard<'_, Mind> {
        self.mind.lock().unwrap()
    }

    /// Signs somebody in who was sent there, and says with which query they go back.
    pub(crate) fn sign_in(&self, location: &str) -> String {
        let asked = query(location.split_once('?').unwrap().1);
        assert!(location.starts_with(&format!("{}/authorize?", self.url)));
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT.0);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let mut mind = self.mind();
        let code = format!("code-{}", mind.codes.len());
        let kept = (asked["nonce"].clone(), asked["code_challenge"].clone());
        mind.codes.insert(code.clone(), kept);
        format!("code={code}&state={}", asked["state"])
    }
}

/// What a query or a form says.
pub(crate) fn query(text: &str) -> BTreeMap<String, String> {
    serde_urlencoded::from_str(text).unwrap()
}

fn answer(stream: TcpStream, issuer: &str, mind: &Mutex<Mind>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => value.clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut sent = vec![0; length];
    reader.read_exact(&mut sent)?;
    let form = query(std::str::from_utf8(&sent).unwrap());
    let mut mind = mind.lock().unwrap();
    let said = if mind.is_broken {
        None
    } else {
        mind.said(issuer, &path, &authorization, &form)
    };
    let (status, body) = match said {
        Some(said) => ("200 OK", said.to_string()),
        None => (
            "400 Bad Request",
            json!({ "error": "invalid_grant" }).to_string(),
        ),
    };
    write!(
        reader.get_mut(),
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

impl Mind {
    fn said(
        &mut self,
        issuer: &str,
        path: &str,
        authorization: &str,
        form: &BTreeMap<String, String>,
    ) -> Option<Value> {
        match path {
            "/.well-known/openid-configuration" => Some(json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "userinfo_endpoint": format!("{issuer}/me"),
            })),
            "/keys" => {
                self.keys_asked_for += 1;
                let x = URL_SAFE_NO_PAD.encode(key(self.publishes).public_key());
                let id = format!("k{}", self.publishes);
                let own = json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": x });
                Some(json!({ "keys": [own] }))
            }
            "/token" => {
                let basic = STANDARD.encode("avert:of+this+test%3A+only");
                assert_eq!(authorization, format!("Basic {basic}"));
                let (nonce, challenge) = self.codes.remove(form.get("code")?)?;
                let verifier = form.get("code_verifier")?;
                let digest = ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes());
                (URL_SAFE_NO_PAD.encode(digest) == challenge).then(|| {
                    let token = self.id_token(issuer, &nonce);
                    json!({ "token_type": "Bearer", "access_token": "at", "id_token": token })
                })
            }
            "/me" => (authorization == "Bearer at").then(|| self.userinfo.clone()),
            _ => None,
        }
    }

    fn id_token(&self, issuer: &str, nonce: &str) -> String {
        let head = json!({ "alg": "EdDSA", "kid": format!("k{}", self.signs_with) });
        let claims = json!({
            "iss": issuer, "sub": "248289761001", "aud": CLIENT.0, "nonce": nonce,
            "iat": self.now, "exp": self.now + 3600,
        });
        let head = with(head, &self.head);
        let signed = [&head, &with(claims, &self.claims)].map(|part| {
            let text = part.to_string();
            URL_SAFE_NO_PAD.encode(text)
        });
        let signed = signed.join(".");
        let signature = if head["alg"] == "none" {
            String::new()
        } else if head["alg"] == "HS256" {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, CLIENT.1.as_bytes());
            URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, signed.as_bytes()))
        } else {
            URL_SAFE_NO_PAD.encode(key(self.signs_with).sign(signed.as_bytes()))
        };
        format!("{signed}.{signature}")
    }
}

fn key(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn with(mut value: Value, changes: &Value) -> Value {
    let object = value.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
    value
}
