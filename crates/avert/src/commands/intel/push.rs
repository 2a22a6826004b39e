//! `avert intel push`: what a partner may have, to its own server.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use avert_exchange::release::{Item, check, ledger};
use avert_exchange::taxii::{Envelope, Status, Work};
use avert_model::{Clock as _, Recipient};
use avert_ops::ports::Pause as _;
use avert_ops::sharing;
use avert_ops::store::Store;
use serde::Serialize;
use serde_json::Value;

use crate::args::PushIntel;
use crate::clock::{SystemClock, SystemPause};
use crate::commands::Answer;
use crate::commands::share::Asked;
use crate::context::Context;
use crate::failure::Failure;
use crate::sharing::{Facts, KeptTerms, Sharing, ids_in, is_marking};
use crate::taxii::{Remote, TaxiiError};
use crate::text::count;

/// Objects that are sent together.
const TOGETHER: usize = 1_000;
/// A server that takes its time is asked so often what became of it, once a second.
const ASKED: u32 = 60;

/// What came of it.
#[derive(Debug, Default, Serialize)]
struct Pushed {
    server: String,
    /// How many objects the partner may have.
    released: u64,
    /// How many of them it had been sent before.
    before: u64,
    sent: u64,
    withheld: Vec<Withheld>,
    executed: bool,
}

#[derive(Debug, Serialize)]
struct Withheld {
    id: String,
    why: String,
}

pub(super) fn run(args: &PushIntel, context: &Context<'_>) -> Result<Answer, Failure> {
    let servers = &context.config.sharing.server;
    let settings = servers
        .get(&args.server)
        .ok_or_else(|| TaxiiError::NoServer(args.server.clone()))?;
    let sharing = Sharing::of(&context.config.sharing);
    let mut store = context.store()?;
    let asked = Asked::read(&store, &args.what, None, &sharing)?;
    let to = Recipient::Partner(settings.partner.as_str().into());
    let Released {
        texts,
        entries,
        withheld,
    } = released(&store, &asked, &sharing, &to, &args.server)?;
    let before = sharing::pushed(&store, &args.server, &texts)?;
    let mut pushed = Pushed {
        server: args.server.clone(),
        released: texts.len() as u64,
        before: before.len() as u64,
        withheld,
        executed: args.execute,
        ..Pushed::default()
    };
    let left: Vec<_> = texts
        .into_iter()
        .zip(entries)
        .filter(|(text, _)| !before.contains(text))
        .collect();
    let mut ended = Ok(());
    if args.execute && !left.is_empty() {
        let remote = Remote::open(&args.server, settings, context)?;
        if !remote.collection()?.can_write {
            return Err(TaxiiError::NotWritable(args.server.clone()).into());
        }
        let most = usize::try_from(remote.root()?.max_content_length).unwrap_or(usize::MAX);
        let mut sending = Sending {
            context,
            store: &mut store,
            remote: &remote,
            server: &args.server,
        };
        for chunk in chunks(&left, most) {
            ended = sending.chunk(chunk);
            if ended.is_err() {
                break;
            }
            pushed.sent += chunk.len() as u64;
        }
    }
    context.printer.result(&pushed, text)?;
    ended?;
    Ok(if pushed.released == 0 {
        Answer::No
    } else {
        Answer::Done
    })
}

type Text = (String, String);
/// Markings go along without an entry of their own.
type Entry = Option<avert_model::LedgerEntry>;

/// What the partner may have, each with its entry for the ledger, and what it may not.
struct Released {
    texts: Vec<Text>,
    entries: Vec<Entry>,
    withheld: Vec<Withheld>,
}

fn released(
    store: &Store,
    asked: &Asked,
    sharing: &Sharing,
    to: &Recipient,
    server: &str,
) -> Result<Released, Failure> {
    let items: Vec<Item<Value>> = asked
        .versions(store)?
        .into_iter()
        .map(|version| Item {
            object: serde_json::from_str(&version.body).unwrap_or_default(),
            terms: KeptTerms::read(&version.terms).terms(),
        })
        .collect();
    let mut facts = Facts::read(store)?;
    // Whatever else we hold, and do not send, is not to be named.
    let here: BTreeSet<&str> = items
        .iter()
        .filter_map(|item| item.object["id"].as_str())
        .collect();
    let texts: Vec<String> = items.iter().map(|item| item.object.to_string()).collect();
    let mut named = BTreeSet::new();
    for text in &texts {
        ids_in(text, &mut named);
    }
    // Who we are is no secret of ours, whether it is held as an object or not.
    let ours = &sharing.directory.our_identities;
    let beyond: Vec<String> = named
        .into_iter()
        .filter(|id| !here.contains(id.as_str()) && !is_marking(id))
        .filter(|id| !ours.contains(id))
        .collect();
    facts.retracted.extend(sharing::holds(store, &beyond)?);
    let now = SystemClock.now();
    let release = check(&items, to, &facts.rules(sharing), now)?;
    let channel = format!("taxii: {server}");
    let entries = ledger::entries(&release.releasable, &sharing.directory.us, &channel, now);
    let bundle = release.releasable.into_inner();
    let text = |value: Value| {
        (
            value["id"].as_str().unwrap_or_default().to_owned(),
            value.to_string(),
        )
    };
    // A marking is given with what it marks, and is nobody's secret.
    let mut texts: Vec<Text> = bundle.markings.into_iter().map(text).collect();
    let mut all: Vec<Entry> = vec![None; texts.len()];
    texts.extend(bundle.objects.into_iter().map(text));
    all.extend(entries.into_iter().map(Some));
    let withheld = release.withheld.into_iter().map(|one| Withheld {
        why: one.why.to_string(),
        id: one.id,
    });
    Ok(Released {
        texts,
        entries: all,
        withheld: withheld.collect(),
    })
}

/// As many as may be sent at once.
fn chunks(all: &[(Text, Entry)], most: usize) -> Vec<&[(Text, Entry)]> {
    let (mut chunks, mut begin, mut length) = (Vec::new(), 0, 0);
    for (place, ((_, text), _)) in all.iter().enumerate() {
        // The envelope around them is a few bytes.
        let longer = length + text.len() + 1;
        if place > begin && (longer + 64 > most || place - begin >= TOGETHER) {
            chunks.push(&all[begin..place]);
            (begin, length) = (place, 0);
        }
        length += text.len() + 1;
    }
    if begin < all.len() {
        chunks.push(&all[begin..]);
    }
    chunks
}

struct Sending<'a, 'c> {
    context: &'a Context<'c>,
    store: &'a mut Store,
    remote: &'a Remote,
    server: &'a str,
}

impl Sending<'_, '_> {
    /// Enters what is about to be sent, sends it, and remembers what was taken.
    fn chunk(&mut self, chunk: &[(Text, Entry)]) -> Result<(), Failure> {
        let entries: Vec<_> = chunk
            .iter()
            .filter_map(|(_, entry)| entry.clone())
            .collect();
        self.context
            .at_desk(|desk| sharing::about_to_push(desk, self.server, &entries))??;
        let mut envelope = Envelope::of("objects");
        for ((_, text), _) in chunk {
            envelope.push(text);
        }
        let status = self.settled(self.remote.send(&envelope.end(None))?)?;
        let failed: BTreeSet<&str> = status.failures.iter().map(|one| one.id.as_str()).collect();
        let taken: Vec<Text> = chunk
            .iter()
            .filter(|((id, _), _)| !failed.contains(id.as_str()))
            .map(|(text, _)| text.clone())
            .collect();
        let named = chunk
            .iter()
            .filter(|((id, _), _)| failed.contains(id.as_str()));
        if status.failure_count > named.count() as u64 {
            // Nobody knows which: all of them are sent again.
            return Err(self.not_taken(&status, chunk.len()));
        }
        sharing::remember_push(self.store, self.server, &taken)?;
        if status.failure_count > 0 {
            return Err(self.not_taken(&status, chunk.len()));
        }
        Ok(())
    }

    /// The status once nothing of it is pending.
    fn settled(&self, mut status: Status) -> Result<Status, Failure> {
        for _ in 0..ASKED {
            if status.status == Work::Complete {
                return Ok(status);
            }
            SystemPause.pause(std::time::Duration::from_secs(1));
            status = self.remote.status(&status.id)?;
        }
        Err(TaxiiError::Pending(self.server.to_owned()).into())
    }

    fn not_taken(&self, status: &Status, sent: usize) -> Failure {
        let first = status.failures.first();
        let first = first.map_or_else(String::new, |one| {
            let why = one.message.as_deref().unwrap_or("without a reason");
            format!("{}: {}", one.id, why.chars().take(200).collect::<String>())
        });
        TaxiiError::NotTaken {
            server: self.server.to_owned(),
            sent: sent as u64,
            failed: status.failure_count,
            first,
        }
        .into()
    }
}

fn text(pushed: &Pushed) -> String {
    let mut text = format!(
        "{}: {} may be told, {} of them sent before; {}\n",
        pushed.server,
        count(pushed.released, "object", "objects"),
        pushed.before,
        if pushed.executed {
            format!("{} sent", pushed.sent)
        } else {
            "nothing was sent".into()
        }
    );
    for one in &pushed.withheld {
        // A text takes everything.
        let _ = writeln!(text, "  {} is withheld: {}", one.id, one.why);
    }
    if !pushed.executed {
        text.push_str("\nnext: the same with --execute\n");
    }
    text
}
