//! Signing in with a real identity provider: who gets in, who does not, and the day it changes its keys.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::live::avert::{APPROVER, Avert};
use crate::live::browser::{Browser, Page};
use crate::live::identity::{Habits, Identity, SECRET};
use crate::live::story::Story;
use crate::live::synapse::free_port;

/// As it comes: tokens that name nobody, and the secret in a header.
const THIN: Habits = Habits {
    algorithm: "RS256",
    claims: "thin",
    authentication: "client_secret_basic",
};
const FULL: Habits = Habits {
    algorithm: "ES256",
    claims: "full",
    authentication: "client_secret_basic",
};
const OTHER: Habits = Habits {
    algorithm: "Ed25519",
    claims: "full",
    authentication: "client_secret_post",
};

/// Tells it. Everything that is made lies in the folder.
pub(crate) fn tell(binary: &Path, packages: &Path, folder: &Path) -> Result<()> {
    let mut story = Story::begin("with an identity provider");
    let (issuer, ours) = (free_port()?, free_port()?);
    let place = format!("http://localhost:{ours}");
    let scene = Scene {
        avert: set_up(binary, &folder.join("data"), issuer)?,
        redirect: format!("{place}/v1/oidc/callback"),
        issuer: format!("http://127.0.0.1:{issuer}"),
        place,
        ours,
    };
    let provider = |habits| {
        let log = folder.join("provider.log");
        Identity::start(packages, &log, issuer, &scene.redirect, habits)
    };
    let server = story.step("Avert serves without passwords, and prints no link", || {
        scene.serve()
    })?;
    story.step("a provider that is not there lets nobody in", || {
        scene.refused(
            &Browser::new().go(&scene.at("/v1/oidc/start"), &scene.issuer)?,
            "oidc/provider",
        )
    })?;
    let first = story.step("a certified provider runs", || provider(THIN))?;
    let back = story.step(
        "ada signs in on the provider's page, and is signed in",
        || scene.ada_signs_in(),
    )?;
    story.step(
        "who comes back in her place, with another browser, is not",
        || scene.refused(&Browser::new().go(&back, &scene.issuer)?, "oidc/state"),
    )?;
    for (name, code) in [("eve", "oidc/nobody"), ("zed", "oidc/unverified")] {
        story.step(&format!("{name} is told {code}"), || {
            let (_, page) = scene.sign_in(&mut Browser::new(), name)?;
            scene.refused(&page, code)
        })?;
    }
    story.step(
        "whoever gives up at the provider is told oidc/denied",
        || scene.give_up(),
    )?;
    drop(first);
    let second = story.step(
        "the provider starts anew with other keys, of another kind",
        || provider(FULL),
    )?;
    story.step(
        "ada signs in all the same, by what the ID token says",
        || scene.ada_signs_in(),
    )?;
    drop((second, server));
    let server = scene.serve()?;
    let third = provider(OTHER)?;
    story.step(
        "ada signs in with EdDSA, and the secret in the form",
        || scene.ada_signs_in(),
    )?;
    story.step("the journal says how, and holds together", || {
        scene.journalled(3)
    })?;
    drop((third, server));
    story.end();
    Ok(())
}

fn set_up<'a>(binary: &'a Path, data: &Path, issuer: u16) -> Result<Avert<'a>> {
    let settings = format!(
        r#"
[people.ada]
roles = ["operator"]
oidc = "ada@example.org"

[people.zoe]
roles = ["operator"]
oidc = "zed@example.org"

[serve]
passwords = false

[serve.oidc]
name = "Example SSO"
issuer = "http://127.0.0.1:{issuer}"
client_id = "avert"
client_secret_file = "oidc-secret"
claim = "email"
"#
    );
    let avert = Avert::init(binary, data, &settings)?;
    let secret = avert.data().join("oidc-secret");
    fs::write(&secret, SECRET)?;
    // Avert refuses a secret that others on the machine can read.
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
    Ok(avert)
}

struct Scene<'a> {
    avert: Avert<'a>,
    issuer: String,
    place: String,
    redirect: String,
    ours: u16,
}

/// A server that ends with the value.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Scene<'_> {
    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.place)
    }

    fn serve(&self) -> Result<Serving> {
        let listen = format!("127.0.0.1:{}", self.ours);
        let mut command = self
            .avert
            .command(APPROVER, &["serve", "--listen", &listen]);
        let child = command
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("avert serve cannot be started")?;
        let mut serving = Serving(child);
        let mut said = BufReader::new(serving.0.stderr.take().context("it is piped")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        ensure!(line.starts_with("serving on "), "it does not serve: {line}");
        let page = Browser::new().go(&self.at("/healthz"), &self.issuer)?;
        ensure!(page.status == 200, "{page:?}");
        // Whatever else it says is read, or it would wait for that.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Ok(serving)
    }

    /// Signs somebody in on the provider's pages. Gives where the provider sent them back to, and where they
    /// came to.
    fn sign_in(&self, browser: &mut Browser, name: &str) -> Result<(String, Page)> {
        let form = browser.go(&self.at("/v1/oidc/start"), &self.redirect)?;
        ensure!(form.text.contains("name=\"login\""), "no form: {form:?}");
        let login = [("prompt", "login"), ("login", name), ("password", "any")];
        let consent = browser.hand_in(&form.address, &login, &self.redirect)?;
        let agreed = [("prompt", "consent")];
        let sent = browser.hand_in(&consent.address, &agreed, &self.redirect)?;
        let back = sent.location.context("nobody is sent back")?;
        let page = browser.go(&back, &self.at("/"))?;
        Ok((back, page))
    }

    fn ada_signs_in(&self) -> Result<String> {
        let mut browser = Browser::new();
        let (back, page) = self.sign_in(&mut browser, "ada")?;
        let home = self.at("/");
        ensure!(page.location.as_ref() == Some(&home), "{page:?}");
        let session = browser.go(&self.at("/v1/session"), &self.issuer)?;
        let session: Value = serde_json::from_str(&session.text)?;
        ensure!(session["person"]["name"] == "ada", "{session}");
        Ok(back)
    }

    fn give_up(&self) -> Result<()> {
        let mut browser = Browser::new();
        let form = browser.go(&self.at("/v1/oidc/start"), &self.redirect)?;
        let abort = format!("{}/abort", form.address);
        let sent = browser.go(&abort, &self.redirect)?;
        let back = sent.location.context("nobody is sent back")?;
        self.refused(&browser.go(&back, &self.at("/"))?, "oidc/denied")
    }

    fn refused(&self, page: &Page, code: &str) -> Result<()> {
        let shown = format!("<code>{code}</code>");
        ensure!(
            page.status >= 400 && page.address.starts_with(&self.place),
            "let in: {page:?}"
        );
        ensure!(page.text.contains(&shown), "not {code}: {}", page.text);
        Ok(())
    }

    /// So many sign-ins, and each with the provider.
    fn journalled(&self, count: usize) -> Result<()> {
        self.avert.done(APPROVER, &["journal", "verify"])?;
        let exported = self.avert.run(APPROVER, &["journal", "export"])?;
        let exported = exported.expect_code(0)?;
        let rows: Vec<Value> = exported
            .stdout()
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()?;
        let sign_ins = rows.iter().filter(|row| row["act"] == "access/sign-in");
        let good = sign_ins
            .filter(|row| row["actor"] == "ada" && row["detail"] == r#"{"by":"oidc"}"#)
            .count();
        ensure!(
            good == count && rows.len() == count,
            "{}",
            exported.stdout()
        );
        Ok(())
    }
}
