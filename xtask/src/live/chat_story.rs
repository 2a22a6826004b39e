//! The whole way on a real Matrix Synapse: found, decided, taken down, told, and undone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};

use crate::live::avert::{
    APPROVER, Avert, INVESTIGATOR, RESPONDER, accounts_of, proposing, same, text_at,
};
use crate::live::homeserver::{Homeserver, NOTICES, SignIn, id_of, sign_in};
use crate::live::settle::{self, Clients};
use crate::live::story::Story;
use crate::live::synapse::Synapse;
use crate::live::town::{self, Town};
use crate::live::traffic::{self, Event};
use crate::workspace;

/// Forgets a receipt: puts a notice and its list back to where they were before it came.
const FORGET: &str = "
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as store:
    claimed = ('\"claimed\"', sys.argv[2])
    found = store.execute(\"UPDATE notices SET phase = ?, note = '' WHERE account = ?\", claimed)
    assert found.rowcount == 1, found.rowcount
    store.execute(\"UPDATE notice_lists SET state = 'sending'\")
";

/// Tells it. Everything that is made lies in the folder.
pub(crate) fn tell(binary: &Path, python: &Path, folder: &Path) -> Result<()> {
    let mut story = Story::begin("on a real Matrix Synapse");
    let synapse = story.step("a real Synapse runs", || {
        Synapse::start(python, &folder.join("server"))
    })?;
    go_on(&mut story, binary, python, folder, &synapse.homeserver).map_err(|error| {
        anyhow!(
            "{error:#}

{}",
            synapse.log_tail()
        )
    })?;
    story.end();
    Ok(())
}

fn go_on(
    story: &mut Story,
    binary: &Path,
    python: &Path,
    folder: &Path,
    homeserver: &Homeserver,
) -> Result<()> {
    let town = town::build();
    let events = traffic::plan(&town);
    let clients = story.step(
        &format!(
            "{} people have accounts there, two hostile cells among them",
            town.people.len()
        ),
        || settle::settle(homeserver, &town),
    )?;
    story.step(
        &format!("{} things have happened between them", events.len()),
        || {
            settle::live(&town, &clients, &events)?;
            settle::wait_for_addresses(homeserver, &town)
        },
    )?;
    let avert = story.step("Avert is set up for that server", || {
        set_up(binary, folder, homeserver)
    })?;
    let scene = Scene {
        town: &town,
        events: &events,
        clients: &clients,
        homeserver,
        avert: &avert,
        python,
    };

    let findings = story.step(
        "both cells are found whole, and no honest account is proposed",
        || scene.find(),
    )?;
    let case = story.step("an investigator opens a case", || {
        scene.open_case(&findings)
    })?;
    let plan = story.step("a takedown is planned for exactly the personas", || {
        scene.plan_takedown(&case)
    })?;
    story.step("who made the plan cannot approve it", || {
        scene.refuse_own_approval(&plan)
    })?;
    story.step("nothing is executed before approval", || {
        scene.refuse_unapproved(&plan)
    })?;
    story.step("a second person approves", || scene.approve(&plan))?;
    story.step("without --execute nothing happens", || {
        scene.only_show(&plan)
    })?;
    story.step(
        "executed, every persona is locked and nobody else is",
        || scene.execute(&plan),
    )?;
    story.step("a locked persona cannot sign in", || {
        scene.personas_are_shut_out()
    })?;
    let list = story.step(
        "notices are planned for those whom the personas approached",
        || scene.plan_notices(&case),
    )?;
    story.step("a second person approves the notices", || {
        scene.approve_notices(&list)
    })?;
    story.step(
        "every contact has exactly one server notice, and nobody else has any",
        || scene.send(&list),
    )?;
    story.step(
        "a contact finds the notice and its case number among their rooms",
        || scene.read_one(&case),
    )?;
    story.step(
        "a notice whose receipt was lost is found on the server, and not sent again",
        || scene.find_again(&list),
    )?;
    story.step("executing and sending again changes nothing", || {
        scene.again(&plan, &list)
    })?;
    story.step("reversed, every account is as it was", || {
        scene.reverse(&plan)
    })?;
    story.step("personas can sign in again", || {
        scene.personas_may_come_back()
    })?;
    story.step("the case is told in three formats", || {
        scene.report(&case, folder)
    })?;
    story.step("the journal holds together", || scene.verify_journal())
}

/// `avert init`, then the settings a user would write.
fn set_up<'a>(binary: &'a Path, folder: &Path, homeserver: &Homeserver) -> Result<Avert<'a>> {
    let settings = format!(
        r#"
[platform.chat]
kind = "matrix-synapse"
url = "http://127.0.0.1:{}"
token_file = "token"
notices_account = "{}"

[channel.chat-notices]
kind = "platform"
platform = "chat"

[notify]
channel = "chat-notices"
service = "Example Chat"
"#,
        homeserver.port,
        id_of(NOTICES)
    );
    let avert = Avert::init(binary, &folder.join("data"), &settings)?;
    let token = avert.data().join("token");
    fs::write(&token, format!("{}\n", homeserver.admin_token))?;
    // Avert refuses a secret that others on the machine can read.
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600))?;
    Ok(avert)
}

/// Everything the steps look at.
struct Scene<'a> {
    town: &'a Town,
    events: &'a [Event],
    clients: &'a Clients<'a>,
    homeserver: &'a Homeserver,
    avert: &'a Avert<'a>,
    python: &'a Path,
}

impl Scene<'_> {
    fn find(&self) -> Result<Vec<String>> {
        self.avert
            .json(INVESTIGATOR, &["ingest", "--platform", "chat"])?;
        let set = self.avert.json(INVESTIGATOR, &["detect"])?;
        let findings = set["findings"].as_array().context("no findings")?;
        let proposed: BTreeSet<String> = findings
            .iter()
            .flat_map(|finding| finding["members"].as_array().into_iter().flatten())
            .filter(|member| member["proposed"] == true)
            .filter_map(|member| member["account"].as_str().map(str::to_owned))
            .collect();
        same("proposed for takedown", &proposed, &self.personas())?;
        proposing(&set)
    }

    fn open_case(&self, findings: &[String]) -> Result<String> {
        let mut arguments = vec!["case", "open", "--from"];
        arguments.extend(findings.iter().map(String::as_str));
        text_at(&self.avert.json(INVESTIGATOR, &arguments)?, "/id")
    }

    fn plan_takedown(&self, case: &str) -> Result<String> {
        let plan = self.avert.json(INVESTIGATOR, &["takedown", "plan", case])?;
        let steps = accounts_of(&plan, "/steps")?;
        same("in the plan", &steps, &self.personas())?;
        text_at(&plan, "/id")
    }

    fn refuse_own_approval(&self, plan: &str) -> Result<()> {
        self.avert
            .run(INVESTIGATOR, &["takedown", "submit", plan])?
            .expect_code(0)?;
        let digest = self.digest(&["takedown", "show", plan])?;
        let approve = ["takedown", "approve", plan, "--digest", &digest];
        self.avert
            .run(INVESTIGATOR, &approve)?
            .expect_code(1)
            .map(drop)
    }

    fn refuse_unapproved(&self, plan: &str) -> Result<()> {
        self.avert
            .run(RESPONDER, &["takedown", "execute", plan, "--execute"])?
            .expect_code(1)?;
        self.locked_are(&BTreeSet::new())
    }

    /// The digest that whoever reads it sees.
    fn digest(&self, read: &[&str]) -> Result<String> {
        text_at(&self.avert.json(APPROVER, read)?, "/digest")
    }

    fn approve(&self, plan: &str) -> Result<()> {
        let digest = self.digest(&["takedown", "show", plan])?;
        let approve = ["takedown", "approve", plan, "--digest", &digest];
        self.avert.run(APPROVER, &approve)?.expect_code(0).map(drop)
    }

    fn only_show(&self, plan: &str) -> Result<()> {
        self.avert
            .run(RESPONDER, &["takedown", "execute", plan])?
            .expect_code(0)?;
        self.locked_are(&BTreeSet::new())
    }

    fn execute(&self, plan: &str) -> Result<()> {
        self.avert
            .run(RESPONDER, &["takedown", "execute", plan, "--execute"])?
            .expect_code(0)?;
        self.locked_are(&self.personas())
    }

    fn personas_are_shut_out(&self) -> Result<()> {
        self.every_persona_trying_to_sign_in(
            "locked out",
            |outcome| matches!(outcome, SignIn::Refused(code) if code == "M_USER_LOCKED"),
        )
    }

    fn plan_notices(&self, case: &str) -> Result<String> {
        let list = self.avert.json(INVESTIGATOR, &["notify", "plan", case])?;
        same(
            "on the list",
            &accounts_of(&list, "/notices")?,
            &self.contacts(),
        )?;
        text_at(&list, "/id")
    }

    fn approve_notices(&self, list: &str) -> Result<()> {
        let digest = self.digest(&["notify", "status", list])?;
        let approve = ["notify", "approve", list, "--digest", &digest];
        self.avert.run(INVESTIGATOR, &approve)?.expect_code(1)?;
        self.avert
            .run(RESPONDER, &["notify", "send", list, "--execute"])?
            .expect_code(1)?;
        self.avert
            .run(APPROVER, &["notify", "preview", list])?
            .expect_code(0)?;
        self.avert.run(APPROVER, &approve)?.expect_code(0).map(drop)
    }

    fn send(&self, list: &str) -> Result<()> {
        self.avert
            .run(RESPONDER, &["notify", "send", list])?
            .expect_code(0)?;
        ensure!(
            self.homeserver.notices()?.is_empty(),
            "a dry run sent notices"
        );
        self.avert
            .run(RESPONDER, &["notify", "send", list, "--execute"])?
            .expect_code(0)?;
        self.each_contact_has_one_notice()
    }

    fn read_one(&self, case: &str) -> Result<()> {
        let contact = *traffic::approached(self.town, self.events)
            .first()
            .context("no contact")?;
        let notice = settle::read_notice(&self.clients[contact], &id_of(NOTICES))?;
        ensure!(
            notice.contains(case),
            "the notice does not name {case}:\n{notice}"
        );
        Ok(())
    }

    /// As if the process had ended between handing a notice over and writing its receipt.
    fn find_again(&self, list: &str) -> Result<()> {
        let sent = self.avert.json(RESPONDER, &["notify", "status", list])?;
        let account = text_at(&sent, "/notices/0/account")?;
        workspace::run(
            Command::new(self.python)
                .args(["-c", FORGET])
                .arg(self.avert.data().join("avert.db"))
                .arg(&account),
        )?;
        let resumed = ["notify", "resume", list, "--execute"];
        let resumed = self.avert.json(RESPONDER, &resumed)?;
        ensure!(
            resumed["notices"] == sent["notices"],
            "the receipt is another: {resumed:#}"
        );
        // Claimed a second time is what it would be before it is handed over a second time.
        let journal = self.avert.json(RESPONDER, &["journal", "show"])?;
        let claims = journal.as_array().context("no journal")?.iter();
        let claims = claims.filter(|row| {
            row["act"] == "notify/claimed"
                && row["detail"]
                    .as_str()
                    .is_some_and(|detail| detail.contains(&account))
        });
        ensure!(claims.count() == 1, "it was claimed again");
        self.each_contact_has_one_notice()
    }

    fn again(&self, plan: &str, list: &str) -> Result<()> {
        let before = self.state()?;
        for (what, verb, id) in [
            ("takedown", "execute", plan),
            ("takedown", "resume", plan),
            ("notify", "send", list),
            ("notify", "resume", list),
        ] {
            self.avert.done(RESPONDER, &[what, verb, id, "--execute"])?;
        }
        ensure!(self.state()? == before, "the server's state has changed");
        self.each_contact_has_one_notice()
    }

    fn reverse(&self, plan: &str) -> Result<()> {
        self.avert
            .run(RESPONDER, &["takedown", "reverse", plan])?
            .expect_code(0)?;
        self.locked_are(&self.personas())?;
        self.avert
            .run(RESPONDER, &["takedown", "reverse", plan, "--execute"])?
            .expect_code(0)?;
        self.locked_are(&BTreeSet::new())
    }

    fn personas_may_come_back(&self) -> Result<()> {
        self.every_persona_trying_to_sign_in("welcome", |outcome| {
            matches!(outcome, SignIn::Welcome(_))
        })
    }

    fn report(&self, case: &str, folder: &Path) -> Result<()> {
        for (format, must_contain) in [("md", "# "), ("html", "<svg"), ("json", "\"findings\"")] {
            let ended = self
                .avert
                .run(INVESTIGATOR, &["--format", format, "report", case])?
                .expect_code(0)?;
            let text = ended.stdout();
            fs::write(folder.join(format!("report.{format}")), text)?;
            ensure!(
                text.contains(must_contain),
                "the {format} report has no {must_contain}"
            );
            ensure!(
                text.contains(case),
                "the {format} report does not name {case}"
            );
        }
        Ok(())
    }

    fn verify_journal(&self) -> Result<()> {
        self.avert
            .run(APPROVER, &["journal", "verify"])?
            .expect_code(0)
            .map(drop)
    }

    fn personas(&self) -> BTreeSet<String> {
        let personas = self.town.cells.iter().flat_map(|cell| &cell.personas);
        personas.map(|persona| self.account(*persona)).collect()
    }

    fn contacts(&self) -> BTreeSet<String> {
        let approached = traffic::approached(self.town, self.events);
        approached
            .into_iter()
            .map(|person| self.account(person))
            .collect()
    }

    fn account(&self, person: usize) -> String {
        id_of(&self.town.people[person].name)
    }

    fn locked_are(&self, expected: &BTreeSet<String>) -> Result<()> {
        same("locked", &self.locked()?, expected)
    }

    fn locked(&self) -> Result<BTreeSet<String>> {
        let mut locked = BTreeSet::new();
        for person in &self.town.people {
            if self.homeserver.is_locked(&person.name)? {
                locked.insert(id_of(&person.name));
            }
        }
        Ok(locked)
    }

    fn each_contact_has_one_notice(&self) -> Result<()> {
        let notices = self.homeserver.notices()?;
        let told: BTreeSet<String> = notices.keys().cloned().collect();
        same("told", &told, &self.contacts())?;
        let twice: Vec<&String> = notices
            .iter()
            .filter(|(_, count)| **count != 1)
            .map(|(person, _)| person)
            .collect();
        ensure!(
            twice.is_empty(),
            "these have not exactly one notice: {twice:?}"
        );
        Ok(())
    }

    /// What Avert's acts can change on the server.
    fn state(&self) -> Result<(BTreeSet<String>, BTreeMap<String, usize>)> {
        Ok((self.locked()?, self.homeserver.notices()?))
    }

    fn every_persona_trying_to_sign_in(
        &self,
        expectation: &str,
        is_as_expected: impl Fn(&SignIn) -> bool,
    ) -> Result<()> {
        for cell in &self.town.cells {
            for persona in &cell.personas {
                let person = &self.town.people[*persona];
                let outcome = sign_in(self.homeserver.port, person, &person.addresses[0])?;
                ensure!(
                    is_as_expected(&outcome),
                    "{} is not {expectation}: {outcome:?}",
                    person.name
                );
            }
        }
        Ok(())
    }
}
