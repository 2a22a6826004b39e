//! A server as its users meet it: the process, and browsers and programs that ask it things.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

/// A server that runs until the value is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    /// The first link, where nobody could sign in yet.
    pub(crate) link: Option<String>,
    /// What else it said at the start.
    pub(crate) said: String,
}

/// No server takes this long to be there.
const PATIENCE: Duration = Duration::from_mins(1);

impl Server {
    /// Starts one on this data folder, on a free port of this machine alone.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_at(folder, "127.0.0.1:0")
    }

    /// The same at an address.
    pub(crate) fn start_at(folder: &Path, address: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_avert"))
            .args(["serve", "--listen", address])
            .current_dir(folder)
            .env_clear()
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = child.stderr.take().unwrap();
        let (send, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines() {
                // The test may be over.
                let _ = send.send(line.unwrap());
            }
        });
        let line = || {
            lines
                .recv_timeout(PATIENCE)
                .expect("it says where it serves")
        };
        let first = line();
        let url = first.strip_prefix("serving on ").expect(&first).to_owned();
        let mut server = Self {
            child,
            url,
            link: None,
            said: String::new(),
        };
        // The first answer comes after everything was said.
        assert_eq!(server.nobody().get("/healthz").status, 200);
        while let Ok(line) = lines.try_recv() {
            if let Some((_, secret)) = line.split_once("/#/invitation/") {
                server.link = Some(secret.to_owned());
            } else {
                server.said.push_str(&line);
            }
        }
        server
    }

    /// Asks it to stop, as a service manager does, and says whether it ended well.
    pub(crate) fn stop(mut self) -> bool {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(asked.unwrap().success());
        self.child.wait().unwrap().success()
    }

    /// Somebody without a name.
    pub(crate) fn nobody(&self) -> Browser {
        Browser {
            url: self.url.clone(),
            headers: Vec::new(),
        }
    }

    /// Uses a one-time link to set a password.
    pub(crate) fn accept(&self, secret: &str) -> Browser {
        let accept = serde_json::json!({ "token": secret, "password": PASSWORD });
        let answer = self.nobody().post("/v1/invitations/accept", &accept);
        self.signed_in(&answer)
    }

    /// Somebody who signs in with a password.
    pub(crate) fn sign_in(&self, name: &str) -> Browser {
        let who = serde_json::json!({ "name": name, "password": PASSWORD });
        let answer = self.nobody().post("/v1/session", &who);
        self.signed_in(&answer)
    }

    fn signed_in(&self, answer: &Answer) -> Browser {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let cookie = answer.cookie.as_deref().expect("a session is a cookie");
        let cookie = cookie.split(';').next().unwrap();
        let csrf = answer.json()["csrf"].as_str().unwrap().to_owned();
        Browser {
            url: self.url.clone(),
            headers: vec![
                ("cookie".into(), cookie.into()),
                ("x-avert-csrf".into(), csrf),
            ],
        }
    }

    /// Lets everybody of the configuration in: otto by the first link, and the others by his.
    pub(crate) fn let_in(&self, name: &str) -> Browser {
        let otto = match &self.link {
            Some(secret) if self.nobody().can_use(secret) => self.accept(secret),
            _ => self.sign_in("otto"),
        };
        if name == "otto" {
            return otto;
        }
        let made = otto.post(&format!("/v1/people/{name}/invitations"), &Value::Null);
        assert_eq!(made.status, 201, "{}", made.text);
        let link = made.json()["link"].as_str().unwrap().to_owned();
        self.accept(link.rsplit('/').next().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everybody's password here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody, or some program, that asks a server things.
#[derive(Clone)]
pub(crate) struct Browser {
    url: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) cookie: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
}

impl Answer {
    /// As JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect(&self.text)
    }

    /// Expects it to have gone well.
    pub(crate) fn good(self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            self.text
        );
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The code of a problem of this status.
    pub(crate) fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

impl Browser {
    /// With another header, or another value of one.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.retain(|(known, _)| known != name);
        changed.headers.push((name.into(), value.into()));
        changed
    }

    /// Without a header.
    pub(crate) fn without(&self, name: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.retain(|(known, _)| known != name);
        changed
    }

    fn can_use(&self, secret: &str) -> bool {
        let look = serde_json::json!({ "token": secret });
        self.post("/v1/invitations/look", &look).status == 200
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, Some(body))
    }

    pub(crate) fn delete(&self, path: &str, body: &Value) -> Answer {
        self.ask("DELETE", path, Some(body))
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let agent = ureq::Agent::new_with_config(
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                // Where one is sent is part of the answer.
                .max_redirects(0)
                .max_redirects_will_error(false)
                .timeout_global(Some(PATIENCE))
                .build(),
        );
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let sent = match body {
            Some(body) if !body.is_null() => {
                let is_said = self.headers.iter().any(|(name, _)| name == "content-type");
                if !is_said {
                    request = request.header("content-type", "application/json");
                }
                body.to_string()
            }
            _ => String::new(),
        };
        let mut answer = agent.run(request.body(sent).unwrap()).unwrap();
        let headers = answer.headers().iter();
        let headers: Vec<(String, String)> = headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let cookie = headers.iter().find(|(name, _)| name == "set-cookie");
        let mut text = String::new();
        answer
            .body_mut()
            .as_reader()
            .read_to_string(&mut text)
            .unwrap();
        Answer {
            status: answer.status().as_u16(),
            cookie: cookie.map(|(_, value)| value.clone()),
            headers,
            text,
        }
    }

    /// Asks until the answer is as wanted, which it has to be within a minute.
    pub(crate) fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..1200 {
            last = self.get(path).good();
            if is_so(&last) {
                return last;
            }
            // Asked again when something happened, or after a while without a word.
            std::thread::park_timeout(Duration::from_millis(50));
        }
        panic!("it never came: {last}");
    }
}
