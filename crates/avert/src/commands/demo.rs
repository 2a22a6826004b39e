//! `avert demo`: the whole story on a simulated platform, told command by command.
//!
//! It types nothing that a user could not type: every line is parsed and run exactly as the shell
//! would run it, so the demo cannot show what the commands do not do.

use std::path::Path;

use avert_model::{Clock as _, FindingId, NoticeListId, PlanId};
use avert_ops::review::DIGEST_DIGITS;
use avert_ops::store::Store;
use avert_ops::{findings, notify, takedown};
use clap::Parser as _;

use super::Answer;
use crate::args::{Cli, Demo, Global};
use crate::clock::SystemClock;
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;

pub(super) fn run(args: &Demo, global: &Global, printer: &Printer) -> Result<Answer, Failure> {
    if std::fs::read_dir(&args.dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(CommandError::NotEmpty(args.dir.clone()).into());
    }
    let began = SystemClock.now();
    let story = Story {
        printer,
        dir: &args.dir,
    };
    story.find(args)?;
    let found = story.proposed()?;
    story.take_down(&found)?;
    story.warn()?;
    story.undo_and_report()?;
    let seconds = SystemClock.now().duration_since(began).as_secs_f64();
    story.ending(seconds)?;
    if args.once {
        return Ok(Answer::Done);
    }
    let global = Global {
        data: Some(args.dir.clone()),
        config: None,
        ..global.clone()
    };
    story.say("The same in a browser: sign in as any of them, each with a link that works once")?;
    crate::serve::demo(&args.listen, &global, printer.clone())
}

struct Story<'a> {
    printer: &'a Printer,
    dir: &'a Path,
}

impl Story<'_> {
    fn say(&self, sentence: &str) -> Result<(), Failure> {
        self.printer.raw(&format!("\n## {sentence}\n"))
    }

    /// Runs one line as if it had been typed.
    fn run(&self, line: &[&str]) -> Result<Answer, Failure> {
        self.printer.raw(&format!("\n$ avert {}\n", shown(line)))?;
        let typed = ["avert"].iter().chain(line);
        let cli = Cli::try_parse_from(typed)
            .expect("the demo's lines are constants and ids, and tests run them all");
        super::run(cli, self.printer)
    }

    /// Runs one line on the demo's data folder.
    fn on_data(&self, line: &[&str]) -> Result<Answer, Failure> {
        let dir = self.dir.to_string_lossy();
        let mut whole = vec!["--data", &dir];
        whole.extend_from_slice(line);
        self.run(&whole)
    }

    fn find(&self, args: &Demo) -> Result<(), Failure> {
        let dir = self.dir.to_string_lossy();
        let (accounts, seed) = (args.accounts.to_string(), args.seed.to_string());
        self.say("A platform of ordinary people, with hostile operations planted among them")?;
        self.run(&[
            "simulate",
            "--accounts",
            &accounts,
            "--seed",
            &seed,
            "--out",
            &dir,
        ])?;
        let mapping = self.dir.join("mapping.toml");
        self.say("Its exports become a snapshot that can be checked at any time")?;
        self.on_data(&["ingest", &mapping.to_string_lossy()])?;
        self.say("Who acts as one?")?;
        let out = self.dir.join("findings.json");
        self.on_data(&["detect", "--out", &out.to_string_lossy()])?;
        let truth = self.dir.join("truth.csv");
        self.say("On a simulated platform the truth is known: was it right?")?;
        self.run(&[
            "evaluate",
            &out.to_string_lossy(),
            "--truth",
            &truth.to_string_lossy(),
        ])?;
        Ok(())
    }

    fn store(&self) -> Result<Store, Failure> {
        Ok(Store::open(&self.dir.join("avert.db"))?)
    }

    /// The findings that propose somebody.
    fn proposed(&self) -> Result<Vec<FindingId>, Failure> {
        let store = self.store()?;
        let found: Vec<FindingId> = findings::list(&store, None)?
            .into_iter()
            .filter(|finding| finding.members.iter().any(|member| member.proposed))
            .map(|finding| finding.id)
            .collect();
        if found.is_empty() {
            Err(CommandError::DemoFoundNothing.into())
        } else {
            Ok(found)
        }
    }

    fn take_down(&self, found: &[FindingId]) -> Result<(), Failure> {
        self.say("An investigator reads the evidence and opens a case")?;
        self.on_data(&["finding", "show", found[0].as_str()])?;
        let mut open = vec![
            "--as",
            "ines",
            "case",
            "open",
            "--title",
            "Friendly strangers",
            "--from",
        ];
        open.extend(found.iter().map(FindingId::as_str));
        self.on_data(&open)?;
        self.say("She drafts a takedown; a second person has to agree")?;
        self.on_data(&["--as", "ines", "takedown", "plan", "case-1"])?;
        self.on_data(&["--as", "ines", "takedown", "submit", "tp-1"])?;
        self.on_data(&["takedown", "show", "tp-1"])?;
        let plan = takedown::show(&self.store()?, PlanId::from_number(1))?;
        let digest = &plan.header().digest()[..DIGEST_DIGITS];
        self.on_data(&[
            "--as", "omar", "takedown", "approve", "tp-1", "--digest", digest,
        ])?;
        self.say("A responder carries it out; without --execute it would be a dry run")?;
        self.on_data(&["--as", "rana", "takedown", "execute", "tp-1", "--execute"])?;
        self.say("Running it again changes nothing")?;
        self.on_data(&["--as", "rana", "takedown", "execute", "tp-1", "--execute"])?;
        Ok(())
    }

    fn warn(&self) -> Result<(), Failure> {
        self.say(
            "Everybody the network reached is told, once, after a second person has read the text",
        )?;
        self.on_data(&["--as", "ines", "notify", "plan", "case-1"])?;
        self.on_data(&["notify", "preview", "nl-1"])?;
        let list = notify::show(&self.store()?, NoticeListId::from_number(1))?;
        let digest = &list.header().digest()[..DIGEST_DIGITS];
        self.on_data(&[
            "--as", "omar", "notify", "approve", "nl-1", "--digest", digest,
        ])?;
        self.on_data(&["--as", "rana", "notify", "send", "nl-1", "--execute"])?;
        Ok(())
    }

    fn undo_and_report(&self) -> Result<(), Failure> {
        self.say("A takedown can be undone: every account goes back to exactly what it was")?;
        self.on_data(&["--as", "rana", "takedown", "reverse", "tp-1", "--execute"])?;
        self.say("The case is written down, and the record of it holds")?;
        for (format, file) in [
            ("html", "report.html"),
            ("md", "report.md"),
            ("json", "report.json"),
        ] {
            let out = self.dir.join(file);
            self.on_data(&[
                "--format",
                format,
                "report",
                "case-1",
                "--out",
                &out.to_string_lossy(),
            ])?;
        }
        self.on_data(&["journal", "verify"])?;
        Ok(())
    }

    fn ending(&self, seconds: f64) -> Result<(), Failure> {
        let dir = self.dir.display();
        self.printer.raw(&format!(
            "\n## Done in {seconds:.1} s\n\n\
             open    {dir}/report.html          the case, with pictures\n\
             look at {dir}/mailbox/new          the notices as they went out\n\
             look at {dir}/platform.changes.jsonl  what was done to the platform, and undone\n\n\
             try     avert --data {dir} journal show --last 20\n\
             try     avert --data {dir} finding list\n\
             try     avert --data {dir} --format json case show case-1\n\
             try     avert init my-data          then docs/investigate/first-day.md with your own exports\n"
        ))
    }
}

/// The line as it would be typed.
fn shown(line: &[&str]) -> String {
    let quoted = line.iter().map(|word| {
        if word.contains(' ') {
            format!("\"{word}\"")
        } else {
            (*word).to_owned()
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}
