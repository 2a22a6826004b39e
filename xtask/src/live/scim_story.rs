//! A takedown on a real SCIM server, and back: every user is as they were, to the byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;

use crate::live::avert::{
    APPROVER, Avert, INVESTIGATOR, RESPONDER, accounts_of, proposing, same, text_at,
};
use crate::live::directory::{Directory, TOKEN, Way};
use crate::live::story::Story;
use crate::live::synapse::free_port;

/// Enough people for two cells.
const ACCOUNTS: &str = "3000";
/// So many others that users come in several pages.
const OTHERS: usize = 150;

/// Tells it. Everything that is made lies in the folder.
pub(crate) fn tell(binary: &Path, python: &Path, folder: &Path) -> Result<()> {
    let mut story = Story::begin("by SCIM");
    let port = free_port()?;
    let avert = story.step("a small platform is simulated, and known by SCIM", || {
        set_up(binary, folder, port)
    })?;
    let findings = story.step("its networks are found", || {
        let mapping = avert.data().join("mapping.toml");
        let mapping = mapping.to_str().context("the folder's name is no text")?;
        avert.json(INVESTIGATOR, &["ingest", mapping])?;
        avert.json(INVESTIGATOR, &["detect"])
    })?;
    let suspects = members(&findings)?;
    for (way, what) in [
        (Way::Patch, "that changes parts of users"),
        (Way::Put, "that changes whole users only"),
    ] {
        let directory = story.step(&format!("a real SCIM server runs {what}"), || {
            Directory::start(python, &folder.join(format!("{way:?}")), port, way)
        })?;
        let scene = Scene {
            avert: &avert,
            directory: &directory,
            suspects: &suspects,
        };
        scene
            .play(&mut story, &proposing(&findings)?)
            .map_err(|error| anyhow!("{error:#}\n\n{}", directory.log_tail()))?;
    }
    story.step("the journal holds together", || {
        avert.done(APPROVER, &["journal", "verify"])
    })?;
    story.end();
    Ok(())
}

/// `avert simulate`, which makes a data folder, then the settings of somebody whose platform it is.
fn set_up<'a>(binary: &'a Path, folder: &Path, port: u16) -> Result<Avert<'a>> {
    let settings = format!(
        r#"
[platform.simulated]
kind = "scim"
url = "http://127.0.0.1:{port}/v2"
token_file = "token"
account_is = "userName"
"#
    );
    let avert = Avert::simulate(binary, &folder.join("data"), ACCOUNTS, &settings)?;
    let token = avert.data().join("token");
    fs::write(&token, format!("{TOKEN}\n"))?;
    // Avert refuses a secret that others on the machine can read.
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600))?;
    Ok(avert)
}

/// Everybody in a network of which somebody is proposed: a plan names the others, too, so that its reader
/// sees that they were considered.
fn members(findings: &Value) -> Result<BTreeSet<String>> {
    let findings_that_propose = proposing(findings)?;
    let findings = findings["findings"].as_array().context("no findings")?;
    findings
        .iter()
        .filter(|finding| {
            finding["id"]
                .as_str()
                .is_some_and(|id| findings_that_propose.iter().any(|each| each == id))
        })
        .flat_map(|finding| finding["members"].as_array().into_iter().flatten())
        .map(|member| text_at(member, "/account"))
        .collect()
}

/// Everything the steps look at.
struct Scene<'a> {
    avert: &'a Avert<'a>,
    directory: &'a Directory,
    suspects: &'a BTreeSet<String>,
}

impl Scene<'_> {
    fn play(&self, story: &mut Story, findings: &[String]) -> Result<()> {
        let before = story.step(
            &format!("{} people are its users", self.suspects.len() + OTHERS),
            || self.move_in(),
        )?;
        story.step("all of them are read, page by page", || {
            self.read(before.len())
        })?;
        let (plan, personas) =
            story.step("a takedown is planned and approved", || self.plan(findings))?;
        ensure!(!personas.is_empty(), "nobody is to be disabled");
        story.step("without --execute nothing happens", || {
            self.avert
                .done(RESPONDER, &["takedown", "execute", &plan])?;
            ensure!(self.directory.users()? == before, "a user has changed");
            Ok(())
        })?;
        let executed = story.step(
            "executed, every persona is inactive and nobody else has changed",
            || self.execute(&plan, &personas, &before),
        )?;
        story.step("executing again changes nobody", || {
            self.avert
                .done(RESPONDER, &["takedown", "execute", &plan, "--execute"])?;
            ensure!(self.directory.users()? == executed, "a user has changed");
            Ok(())
        })?;
        story.step("reversed, every user is as they were, to the byte", || {
            self.reverse(&plan, &before)
        })
    }

    /// Some users say that they are active, some do not say, some of the others are not.
    fn move_in(&self) -> Result<BTreeMap<String, Value>> {
        for (place, name) in self.suspects.iter().enumerate() {
            self.directory
                .create(name, (place % 2 == 0).then_some(true))?;
        }
        for place in 0..OTHERS {
            let active = [Some(true), Some(false), None][place % 3];
            self.directory.create(&format!("other-{place}"), active)?;
        }
        let users = self.directory.users()?;
        ensure!(
            users.len() == self.suspects.len() + OTHERS,
            "{} users are there",
            users.len()
        );
        Ok(users)
    }

    fn read(&self, users: usize) -> Result<()> {
        let read = ["ingest", "--platform", "simulated"];
        let snapshot = self.avert.json(INVESTIGATOR, &read)?;
        let accounts = snapshot
            .pointer("/manifest/accounts")
            .and_then(Value::as_u64);
        ensure!(
            accounts == Some(users as u64),
            "{users} users, and read were: {snapshot}"
        );
        Ok(())
    }

    fn plan(&self, findings: &[String]) -> Result<(String, BTreeSet<String>)> {
        let mut open = vec!["case", "open", "--from"];
        open.extend(findings.iter().map(String::as_str));
        let case = text_at(&self.avert.json(INVESTIGATOR, &open)?, "/id")?;
        let plan = self
            .avert
            .json(INVESTIGATOR, &["takedown", "plan", &case])?;
        same("in the plan", &accounts_of(&plan, "/steps")?, self.suspects)?;
        let steps = plan["steps"].as_array().context("no steps")?;
        let personas = steps
            .iter()
            .filter(|step| step["remedy"] == "disable")
            .map(|step| text_at(step, "/account"))
            .collect::<Result<_>>()?;
        let (plan, digest) = (text_at(&plan, "/id")?, text_at(&plan, "/digest")?);
        self.avert
            .done(INVESTIGATOR, &["takedown", "submit", &plan])?;
        let approve = ["takedown", "approve", &plan, "--digest", &digest];
        self.avert.done(APPROVER, &approve)?;
        Ok((plan, personas))
    }

    fn execute(
        &self,
        plan: &str,
        personas: &BTreeSet<String>,
        before: &BTreeMap<String, Value>,
    ) -> Result<BTreeMap<String, Value>> {
        self.avert
            .done(RESPONDER, &["takedown", "execute", plan, "--execute"])?;
        let now = self.directory.users()?;
        let changed: BTreeSet<String> = now
            .iter()
            .filter(|(name, user)| before.get(*name) != Some(*user))
            .map(|(name, _)| name.clone())
            .collect();
        same("changed", &changed, personas)?;
        for name in personas {
            let mut expected = without_times(&before[name]);
            expected["active"] = false.into();
            ensure!(
                without_times(&now[name]) == expected,
                "not as it was made inactive: {}",
                now[name]
            );
        }
        Ok(now)
    }

    fn reverse(&self, plan: &str, before: &BTreeMap<String, Value>) -> Result<()> {
        self.avert
            .done(RESPONDER, &["takedown", "reverse", plan, "--execute"])?;
        let now = self.directory.users()?;
        ensure!(now.len() == before.len(), "{} users are there", now.len());
        for (name, user) in before {
            let (was, is) = (without_times(user), without_times(&now[name]));
            ensure!(was == is, "{name} was {was}, and is {is}");
        }
        Ok(())
    }
}

/// A user without what every change of it changes.
fn without_times(user: &Value) -> Value {
    let mut user = user.clone();
    if let Some(meta) = user.get_mut("meta").and_then(Value::as_object_mut) {
        meta.remove("lastModified");
        meta.remove("version");
    }
    user
}
