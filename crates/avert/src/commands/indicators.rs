//! `avert indicators`: what is known to be hostile, what it is worth, and whether it may be acted on.

mod compile;
mod show;

use std::path::Path;

use avert_hunt::{Assertion, Decay, Indicator, Remark, StoreFolder, What};
use avert_model::{Clock as _, Timestamp};
use avert_ops::warnings;
use serde::Serialize;

use super::Answer;
use crate::args::{Global, Indicators, Said, Say};
use crate::clock::SystemClock;
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;
use crate::text::{Table, moment};

pub(crate) use compile::open;

pub(super) fn run(
    verb: &Indicators,
    global: &Global,
    printer: &Printer,
) -> Result<Answer, Failure> {
    match verb {
        // A set for elsewhere needs no data folder.
        Indicators::Compile(args) if args.out.is_some() => {
            return compile::elsewhere(args, printer);
        }
        _ => {}
    }
    let context = Context::resolve(global, printer)?;
    let folder = StoreFolder::of(&context.data);
    match verb {
        Indicators::Compile(args) => compile::run(args, &folder, printer),
        Indicators::Warninglists { paths } => compile::warning_lists(paths, &folder, printer),
        Indicators::List { verify } => show::list(&folder, *verify, printer),
        Indicators::Show { indicator, at } => show::one(indicator, *at, &folder, printer),
        Indicators::Remarks => remarks(&folder, printer),
        Indicators::Add { say, said } => {
            let assertion = assertion(said, &context)?;
            let assertion = Box::new(assertion);
            remark(say, What::Add { assertion }, &folder, &context)
        }
        Indicators::Sighting { say, seen } => {
            let now = SystemClock.now();
            let seen_at = seen.unwrap_or(now);
            if seen_at > now {
                return Err(CommandError::SeenInFuture(seen_at).into());
            }
            remark(say, What::Sighting { seen_at }, &folder, &context)
        }
        Indicators::FalsePositive(say) => remark(say, What::FalsePositive, &folder, &context),
        Indicators::Revoke(say) => remark(say, What::Revoke, &folder, &context),
        Indicators::Allow(say) => {
            let value = parse(&say.indicator)?.value().to_owned();
            context.at_desk(|desk| warnings::lift(desk, &value, &say.reason))??;
            remark(say, What::Allow, &folder, &context)
        }
        Indicators::Disallow(say) => {
            let value = parse(&say.indicator)?.value().to_owned();
            context.at_desk(|desk| warnings::put_back(desk, &value, &say.reason))??;
            remark(say, What::Disallow, &folder, &context)
        }
    }
}

/// An indicator as somebody typed it.
fn parse(text: &str) -> Result<Indicator, Failure> {
    Indicator::parse(text).map_err(|source| {
        let text = text.to_owned();
        CommandError::NotAnIndicator { text, source }.into()
    })
}

fn assertion(said: &Said, context: &Context<'_>) -> Result<Assertion, Failure> {
    let source = match &said.source {
        Some(source) => source.clone(),
        None => context.actor()?.name().to_owned(),
    };
    Ok(Assertion {
        label: said.label.clone(),
        source,
        reference: String::new(),
        tlp: said.tlp,
        pap: said.pap,
        admiralty: said.admiralty,
        score: said.score,
        first_seen: None,
        last_seen: said.last_seen.unwrap_or_else(|| SystemClock.now()),
        expires: None,
        is_revoked: false,
        decay: decay(said),
    })
}

fn decay(said: &Said) -> Decay {
    Decay {
        lifetime_days: said.lifetime,
        speed_percent: said.speed,
    }
}

/// Writes down what somebody says.
fn remark(
    say: &Say,
    what: What,
    folder: &StoreFolder,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let remark = Remark {
        at: whole_seconds(SystemClock.now()),
        by: context.actor()?.name().to_owned(),
        reason: say.reason.clone(),
        indicator: parse(&say.indicator)?,
        what,
    };
    folder.make()?;
    avert_hunt::append(&folder.remarks(), &remark)?;
    context.printer.result(&Told::from(&remark), |told| {
        format!(
            "{}: {} {} ({})\n",
            told.by, told.what, told.indicator, told.kind
        )
    })?;
    Ok(Answer::Done)
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// A remark as it is told.
#[derive(Debug, Serialize)]
struct Told {
    at: Timestamp,
    by: String,
    what: &'static str,
    indicator: String,
    kind: avert_hunt::Kind,
    reason: String,
}

impl From<&Remark> for Told {
    fn from(remark: &Remark) -> Self {
        Self {
            at: remark.at,
            by: remark.by.clone(),
            what: remark.what.as_str(),
            indicator: remark.indicator.value().to_owned(),
            kind: remark.indicator.kind(),
            reason: remark.reason.clone(),
        }
    }
}

fn remarks(folder: &StoreFolder, printer: &Printer) -> Result<Answer, Failure> {
    let remarks = avert_hunt::remarks(&folder.remarks())?;
    let told: Vec<Told> = remarks.iter().map(Told::from).collect();
    printer.results(&told, |told| {
        let mut table = Table::new(&["at", "who", "what", "indicator", "why"]);
        for one in told {
            table.row([
                moment(one.at),
                one.by.clone(),
                one.what.to_owned(),
                one.indicator.clone(),
                one.reason.clone(),
            ]);
        }
        table.render("nobody said anything about an indicator\n")
    })?;
    Ok(if told.is_empty() {
        Answer::No
    } else {
        Answer::Done
    })
}

/// Whether a name means what the data folder uses.
pub(crate) fn means_in_use(path: &Path) -> bool {
    path == Path::new("in-use")
}
