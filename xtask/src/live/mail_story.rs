//! Notices by mail through a real SMTP server that refuses a recipient, dies twice, and comes back:
//! every person reached has exactly one mail.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::live::avert::{APPROVER, Avert, INVESTIGATOR, RESPONDER, same, text_at};
use crate::live::mail_server::{MailPlace, Manners};
use crate::live::story::Story;

/// Enough people for two cells and several dozen contacts.
const ACCOUNTS: &str = "3000";
/// How many mails a server takes before it dies.
const BEFORE_DEATH: usize = 5;

/// Tells it. Everything that is made lies in the folder.
pub(crate) fn tell(binary: &Path, python: &Path, folder: &Path) -> Result<()> {
    let mut story = Story::begin("by mail");
    let place = story.step("there is a place where mail arrives", || {
        MailPlace::new(python, &folder.join("mail"))
    })?;
    let avert = story.step(
        "a small platform is simulated, and Avert set up for it",
        || set_up(binary, folder, &place),
    )?;
    let list = story.step("its networks are found and taken down", || {
        take_down(&avert)
    })?;
    let scene = Scene::new(&avert, &place, list)?;
    story.step(
        &format!("notices for {} people are approved", scene.addresses.len()),
        || scene.approve(),
    )?;
    story.step(
        "nothing is sent to a server for which nobody vouches",
        || scene.do_not_trust_strangers(),
    )?;
    story.step(
        "a server that dies before it takes a mail leaves nobody in doubt",
        || scene.die_before_taking(),
    )?;
    story.step(
        "one that dies between taking a mail and saying so leaves that one in doubt",
        || scene.die_before_telling(),
    )?;
    story.step(
        "resumed, everybody else gets theirs, and the one in doubt is not mailed twice",
        || scene.resume(),
    )?;
    story.step("somebody looks it up, and the list is done", || {
        scene.resolve()
    })?;
    story.step(
        "every person has exactly one mail, the refused one none, and the counts add up",
        || scene.everybody_has_one_mail(),
    )?;
    story.step("sending again sends nothing", || scene.again())?;
    story.end();
    Ok(())
}

/// `avert simulate`, which makes a data folder, then the settings a user would write.
fn set_up<'a>(binary: &'a Path, folder: &Path, place: &MailPlace) -> Result<Avert<'a>> {
    let data = folder.join("data");
    let settings = format!(
        r#"
[platform.simulated]
kind = "simulated"
file = "platform.jsonl"

[channel.mail]
kind = "smtp"
host = "localhost"
port = {}
tls = "starttls"
ca_file = "authority.pem"
from = "safety@example.org"
at_once = 1

[notify]
channel = "mail"
service = "Example Network"
"#,
        place.port
    );
    let avert = Avert::simulate(binary, &data, ACCOUNTS, &settings)?;
    trust(&avert, &place.other_authority())?;
    Ok(avert)
}

/// Whose certificates Avert accepts from now on.
fn trust(avert: &Avert<'_>, authority: &Path) -> Result<()> {
    fs::copy(authority, avert.data().join("authority.pem"))
        .map(drop)
        .context("cannot name the authority to trust")
}

/// Everything up to an executed plan; gives the id of the list of notices that follows from it.
fn take_down(avert: &Avert<'_>) -> Result<String> {
    let mapping = avert.data().join("mapping.toml");
    let mapping = mapping.to_str().context("the folder's name is no text")?;
    avert.json(INVESTIGATOR, &["ingest", mapping])?;
    let case = avert.open_case_on_everything_proposed()?;
    let plan = avert.json(INVESTIGATOR, &["takedown", "plan", &case])?;
    let (plan, digest) = (text_at(&plan, "/id")?, text_at(&plan, "/digest")?);
    avert.done(INVESTIGATOR, &["takedown", "submit", &plan])?;
    let approve = ["takedown", "approve", &plan, "--digest", &digest];
    avert.done(APPROVER, &approve)?;
    avert.done(RESPONDER, &["takedown", "execute", &plan, "--execute"])?;
    let list = avert.json(INVESTIGATOR, &["notify", "plan", &case])?;
    text_at(&list, "/id")
}

/// Everything the steps look at.
struct Scene<'a> {
    avert: &'a Avert<'a>,
    place: &'a MailPlace,
    list: String,
    /// The address of everybody on the list, by account.
    addresses: BTreeMap<String, String>,
    /// Whom every server refuses.
    refused: String,
}

impl<'a> Scene<'a> {
    fn new(avert: &'a Avert<'a>, place: &'a MailPlace, list: String) -> Result<Self> {
        let status = avert.json(RESPONDER, &["notify", "status", &list])?;
        let everybody = addresses_of_the_platform(avert.data())?;
        let addresses = notices(&status)?
            .iter()
            .map(|notice| {
                let account = text_at(notice, "/account")?;
                let address = everybody
                    .get(&account)
                    .with_context(|| format!("{account} is not on the platform"))?;
                Ok((account, address.clone()))
            })
            .collect::<Result<BTreeMap<_, _>>>()?;
        ensure!(
            addresses.len() > 4 * BEFORE_DEATH,
            "only {} people to tell; the story needs more",
            addresses.len()
        );
        let refused = addresses
            .keys()
            .nth(addresses.len() / 2)
            .context("nobody to refuse")?
            .clone();
        Ok(Self {
            avert,
            place,
            list,
            addresses,
            refused,
        })
    }

    fn approve(&self) -> Result<()> {
        let list = self.list.as_str();
        let status = self.avert.json(APPROVER, &["notify", "status", list])?;
        let digest = text_at(&status, "/digest")?;
        let approve = ["notify", "approve", list, "--digest", &digest];
        self.avert.run(INVESTIGATOR, &approve)?.expect_code(1)?;
        self.avert.done(APPROVER, &["notify", "preview", list])?;
        self.avert.done(APPROVER, &approve)?;
        self.avert.done(RESPONDER, &["notify", "send", list])?;
        ensure!(self.place.mails()?.is_empty(), "a dry run sent mails");
        Ok(())
    }

    fn do_not_trust_strangers(&self) -> Result<()> {
        let _server = self.place.serve(&self.manners())?;
        self.avert
            .run(RESPONDER, &["notify", "send", &self.list, "--execute"])?
            .expect_code(3)?;
        ensure!(
            self.place.mails()?.is_empty(),
            "mails went to a server for which nobody vouches"
        );
        ensure!(self.totals()?.in_doubt == 0, "somebody is in doubt");
        trust(self.avert, &self.place.authority())
    }

    fn die_before_taking(&self) -> Result<()> {
        let _server = self.place.serve(&Manners {
            dies_before: Some(BEFORE_DEATH),
            ..self.manners()
        })?;
        self.stops_part_way()?;
        ensure!(
            self.place.mails()?.len() == BEFORE_DEATH,
            "not every mail is there"
        );
        let totals = self.totals()?;
        ensure!(
            totals.sent == BEFORE_DEATH && totals.in_doubt == 0,
            "the counts are wrong: {totals:?}"
        );
        Ok(())
    }

    fn die_before_telling(&self) -> Result<()> {
        let _server = self.place.serve(&Manners {
            dies_after: Some(BEFORE_DEATH),
            ..self.manners()
        })?;
        self.stops_part_way()?;
        let totals = self.totals()?;
        ensure!(
            totals.sent == 2 * BEFORE_DEATH - 1 && totals.in_doubt == 1,
            "the counts are wrong: {totals:?}"
        );
        ensure!(
            self.place.mails()?.len() == 2 * BEFORE_DEATH,
            "not every mail is there"
        );
        Ok(())
    }

    fn resume(&self) -> Result<()> {
        let _server = self.place.serve(&self.manners())?;
        self.stops_part_way()?;
        let totals = self.totals()?;
        let people = self.addresses.len();
        ensure!(
            totals.sent == people - 2 && totals.in_doubt == 1 && totals.undeliverable == 1,
            "the counts are wrong: {totals:?} of {people}"
        );
        Ok(())
    }

    /// Whoever is in doubt is looked up in the mailbox, as a person would ask the mail server's keeper.
    fn resolve(&self) -> Result<()> {
        let status = self.status()?;
        let in_doubt = in_phase(&status, "in-doubt")?;
        let [account] = &in_doubt[..] else {
            anyhow::bail!("not exactly one is in doubt: {in_doubt:?}");
        };
        let address = &self.addresses[account];
        ensure!(
            self.place
                .mails()?
                .iter()
                .any(|mail| mail.recipient == *address),
            "the one in doubt has no mail"
        );
        self.avert.done(
            RESPONDER,
            &[
                "notify",
                "resolve",
                &self.list,
                "--account",
                account,
                "--outcome",
                "sent",
                "--reason",
                "the mail server has it",
            ],
        )?;
        ensure!(
            text_at(&self.status()?, "/state")? == "sent",
            "the list is not done"
        );
        Ok(())
    }

    fn everybody_has_one_mail(&self) -> Result<()> {
        let mails = self.place.mails()?;
        let got: BTreeSet<String> = mails.iter().map(|mail| mail.recipient.clone()).collect();
        let expected: BTreeSet<String> = self
            .addresses
            .iter()
            .filter(|(account, _)| **account != self.refused)
            .map(|(_, address)| address.clone())
            .collect();
        same("mailed", &got, &expected)?;
        ensure!(
            mails.len() == expected.len(),
            "{} mails for {} people",
            mails.len(),
            expected.len()
        );
        let ids: BTreeSet<&String> = mails.iter().map(|mail| &mail.message_id).collect();
        ensure!(ids.len() == mails.len(), "mails share a Message-ID");
        let case = text_at(&self.status()?, "/case")?;
        for mail in &mails {
            ensure!(
                mail.to.contains(&mail.recipient) && mail.from.contains("safety@example.org"),
                "a mail's head does not say from whom and for whom it is: {mail:?}"
            );
            ensure!(
                mail.body.contains(&case) && !mail.subject.is_empty(),
                "a mail does not name {case}: {mail:?}"
            );
        }
        let status = self.status()?;
        let undeliverable = in_phase(&status, "undeliverable")?;
        ensure!(
            undeliverable == [self.refused.clone()],
            "undeliverable is not exactly the refused one: {undeliverable:?}"
        );
        let totals = self.totals()?;
        let sum = totals.sent + totals.undeliverable + totals.suppressed;
        ensure!(
            totals.sent == mails.len() && sum == self.addresses.len() && totals.waiting == 0,
            "the counts do not add up: {totals:?}"
        );
        Ok(())
    }

    fn again(&self) -> Result<()> {
        let _server = self.place.serve(&self.manners())?;
        let before = self.place.mails()?.len();
        for verb in ["send", "resume"] {
            self.avert
                .done(RESPONDER, &["notify", verb, &self.list, "--execute"])?;
        }
        ensure!(self.place.mails()?.len() == before, "mails were sent again");
        self.avert.done(APPROVER, &["journal", "verify"])
    }

    fn manners(&self) -> Manners {
        Manners {
            refuse: Some(self.addresses[&self.refused].clone()),
            ..Manners::default()
        }
    }

    fn stops_part_way(&self) -> Result<()> {
        let resume = ["notify", "resume", &self.list, "--execute"];
        let ended = self.avert.run(RESPONDER, &resume)?.expect_code(3)?;
        let command = format!("notify resume {}", self.list);
        ensure!(
            ended.stderr().contains(&command),
            "it does not say how to go on\n{ended}"
        );
        Ok(())
    }

    fn status(&self) -> Result<Value> {
        self.avert
            .json(RESPONDER, &["notify", "status", &self.list])
    }

    fn totals(&self) -> Result<Totals> {
        serde_json::from_value(self.status()?["totals"].clone()).context("no totals")
    }
}

/// How many notices stand where.
#[derive(Debug, serde::Deserialize)]
struct Totals {
    waiting: usize,
    sent: usize,
    undeliverable: usize,
    suppressed: usize,
    in_doubt: usize,
}

fn notices(status: &Value) -> Result<&Vec<Value>> {
    status["notices"]
        .as_array()
        .context("no notices in the status")
}

fn in_phase(status: &Value, phase: &str) -> Result<Vec<String>> {
    notices(status)?
        .iter()
        .filter(|notice| notice["phase"] == phase)
        .map(|notice| text_at(notice, "/account"))
        .collect()
}

/// The mail address of every account, from the platform's own file and not from Avert.
fn addresses_of_the_platform(data: &Path) -> Result<BTreeMap<String, String>> {
    let path = data.join("platform.jsonl");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    text.lines()
        .map(|line| {
            let account: Value = serde_json::from_str(line)?;
            Ok((text_at(&account, "/account")?, text_at(&account, "/email")?))
        })
        .collect()
}
