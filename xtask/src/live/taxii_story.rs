//! Other people's TAXII clients, as they are, against Avert's server over TLS; and another Avert that reads the rest.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::live::avert::{Avert, text_at};
use crate::live::story::Story;
use crate::live::synapse::free_port;
use crate::{python, workspace};

const LIAISON: &str = "lina";
const OPERATOR: &str = "otto";
const COLLECTION: &str = "For the ISAC";

const HUB: &str = r#"
[people.lina]
roles = ["liaison"]

[people.otto]
roles = ["operator"]

[sharing]
us = "platform"
name = "Example Platform"

[sharing.partner.cert]
community = true
limit = "amber"

[sharing.partner.bank]
limit = "green"

[sharing.group.isac]
members = ["cert", "bank"]

[sharing.collection.isac]
title = "For the ISAC"
audience = "group:isac"
write = ["cert"]

[serve.tls]
certificate = "server.pem"
key = "server.key"
"#;

/// Tells it. Everything that is made lies in the folder.
pub(crate) fn tell(binary: &Path, python: &Path, folder: &Path) -> Result<()> {
    let mut story = Story::begin("by TAXII");
    let port = free_port()?;
    let place = format!("https://localhost:{port}");
    let hub = story.step("a hub has partners, and a certificate", || {
        let hub = Avert::init(binary, &folder.join("hub"), HUB)?;
        certify(hub.data())?;
        Ok(hub)
    })?;
    let token = |partner: &str| -> Result<String> {
        text_at(&hub.json(OPERATOR, &["share", "token", partner])?, "/token")
    };
    let (cert, bank) = (token("cert")?, token("bank")?);
    let serving = story.step("it serves over TLS", || Serving::start(&hub, port, &place))?;
    let authority = hub.data().join("ca.pem");
    let seen = story.step(
        "taxii2-client and stix2 send, read, page and delete",
        || {
            let mut clients = Command::new(python);
            clients
                .arg(python::script("taxii_clients.py"))
                .args([&format!("{place}/taxii2/"), COLLECTION, "cert", &cert])
                // Whatever the machine sets for other purposes, this is whom they trust here.
            .env("REQUESTS_CA_BUNDLE", &authority)
            .env_remove("CURL_CA_BUNDLE");
            Ok(serde_json::from_str(&workspace::read(&mut clients)?)?)
        },
    )?;
    story.step("what they saw is what they should have", || saw(&seen))?;
    let other = Avert::init(binary, &folder.join("bank"), &bank_settings(&place))?;
    story.step(
        "another Avert reads what its partner may have, over TLS",
        || {
            fs::copy(&authority, other.data().join("ca.pem"))?;
            secret(&other.data().join("secret"), &bank)?;
            let pulled = other.json(LIAISON, &["intel", "pull"])?;
            // 24 indicators that were left, one of them in two versions, who made them, a malware, and their marking.
            ensure!(pulled[0]["new"] == 28, "{pulled}");
            let again = other.json(LIAISON, &["intel", "pull"])?;
            ensure!(again[0]["new"] == 0 && again[0]["known"] == 0, "{again}");
            Ok(())
        },
    )?;
    story.step(
        "a server that its authority does not vouch for is not spoken to",
        || {
            fs::copy(folder.join("hub/other-ca.pem"), other.data().join("ca.pem"))?;
            let refused = other.run(LIAISON, &["intel", "pull"])?.expect_code(2)?;
            ensure!(refused.stderr().contains("cannot be reached"), "{refused}");
            Ok(())
        },
    )?;
    story.step("the journal holds together", || {
        hub.done(OPERATOR, &["journal", "verify"])
    })?;
    drop(serving);
    story.end();
    Ok(())
}

fn saw(seen: &Value) -> Result<()> {
    let expected = json!({
        "title": "Example Platform",
        "versions": ["application/taxii+json;version=2.1"],
        "max_content_length": 16 << 20,
        "rights": [true, true],
        "media_types": ["application/stix+json;version=2.1"],
        "status": ["complete", 31, 31, 0],
        "broken": [0, 1, true],
        "told": true,
        "kept": false,
        "same": true,
        // 25 indicators, who made them, and their marking.
        "pages": [true, 4],
        "manifest": true,
        "new": true,
        "last": ["Invented anew"],
        "first": ["Invented 0"],
        "all": 2,
        "exact": ["Invented anew"],
        "versions": 2,
        "types": true,
        "deleted": true,
        "stix2_query": 24,
        "stix2_get": "Invented 2",
        "stix2_all": 2,
        "stix2_sink": ["Invented"],
        "direct": COLLECTION,
    });
    ensure!(
        *seen == expected,
        "they saw\n{seen:#}\nand not\n{expected:#}"
    );
    Ok(())
}

fn bank_settings(place: &str) -> String {
    format!(
        r#"
[people.lina]
roles = ["liaison"]

[sharing]
us = "bank"

[sharing.partner.platform]
limit = "green"

[sharing.server.hub]
url = "{place}/taxii2/avert/collections/isac/"
partner = "platform"
secret_file = "secret"
ca_file = "ca.pem"
"#
    )
}

/// An authority, a certificate of it for this machine, and another authority.
fn certify(data: &Path) -> Result<()> {
    let openssl = |arguments: &[&str]| -> Result<()> {
        let mut openssl = Command::new("openssl");
        openssl
            .args(arguments)
            .current_dir(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        workspace::run(&mut openssl)
            .context("openssl has to be installed (Debian: apt-get install openssl)")
    };
    let key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ];
    for (name, subject) in [
        ("ca", "/CN=An authority"),
        ("other-ca", "/CN=Another authority"),
    ] {
        let (out, secret) = (format!("{name}.pem"), format!("{name}.key"));
        let more = ["-subj", subject, "-out", &out, "-keyout", &secret];
        openssl(&[&["req", "-x509"], &key[..], &more].concat())?;
    }
    let more = [
        "-subj",
        "/CN=localhost",
        "-out",
        "server.csr",
        "-keyout",
        "server.key",
    ];
    openssl(&[&["req"], &key[..5], &more].concat())?;
    fs::write(
        data.join("server.ext"),
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n",
    )?;
    openssl(&[
        "x509",
        "-req",
        "-in",
        "server.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "server.ext",
        "-out",
        "server.pem",
    ])
}

fn secret(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(())
}

/// A server that ends with the value.
struct Serving(Child);

impl Serving {
    fn start(hub: &Avert<'_>, port: u16, place: &str) -> Result<Self> {
        let mut command = hub.command(
            OPERATOR,
            &["serve", "--listen", &format!("127.0.0.1:{port}")],
        );
        let child = command
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("avert serve cannot be started")?;
        let mut serving = Self(child);
        let mut said = BufReader::new(serving.0.stderr.take().context("it is piped")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        ensure!(
            line.trim_end() == format!("serving on {place}"),
            "it says: {line}"
        );
        // Whatever else it says is read, or it would wait for that.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Ok(serving)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
