//! `avert intel pull`: what is new in partners' collections.

use std::collections::BTreeSet;
use std::io::{Seek as _, SeekFrom};

use avert_exchange::taxii::next_in;
use avert_model::Clock as _;
use avert_ops::intel;
use avert_ops::sharing::{self, Pulled};
use avert_ops::store::Store;

use super::import::{Batches, Imported, told};
use crate::args::PullIntel;
use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::{CommandError, Failure};
use crate::sharing::{KeptTerms, ServerSettings, Sharing};
use crate::taxii::{Remote, TaxiiError};

/// So many pages one after the other may have nothing in them.
const MOST_EMPTY: u32 = 5;

pub(super) fn run(args: &PullIntel, context: &Context<'_>) -> Result<Answer, Failure> {
    let actor = context.actor()?;
    let mut store = context.store()?;
    let servers = &context.config.sharing.server;
    let names: Vec<&String> = if args.servers.is_empty() {
        servers.keys().collect()
    } else {
        args.servers.iter().collect()
    };
    let sharing = Sharing::of(&context.config.sharing);
    let mut all = Vec::new();
    for name in names {
        let settings = servers
            .get(name)
            .ok_or_else(|| TaxiiError::NoServer(name.clone()))?;
        let remote = Remote::open(name, settings, context)?;
        if args.anew {
            sharing::forget_pull(&mut store, name)?;
        }
        let mut pull = Pull {
            sharing: &sharing,
            name,
            settings,
            remote: &remote,
            by: actor.name(),
            sum: Imported::of(name.clone(), format!("taxii: {name}")),
        };
        let ended = pull.all(&mut store);
        all.push(pull.sum);
        if let Err(failure) = ended {
            // What came before it is kept, and told.
            context.printer.results(&all, super::import::text)?;
            return Err(failure);
        }
    }
    context.printer.results(&all, super::import::text)?;
    let faultless = all.iter().all(Imported::is_faultless);
    Ok(if faultless { Answer::Done } else { Answer::No })
}

/// One collection being read.
struct Pull<'a> {
    sharing: &'a Sharing,
    name: &'a str,
    settings: &'a ServerSettings,
    remote: &'a Remote,
    by: &'a str,
    sum: Imported,
}

impl Pull<'_> {
    /// Reads on from where it ended, page by page; after each it is remembered how far.
    fn all(&mut self, store: &mut Store) -> Result<(), Failure> {
        let known = sharing::pulled(store, self.name)?;
        let mut at = known
            .filter(|known| known.address == self.remote.url())
            .unwrap_or_default();
        at.address = self.remote.url().to_owned();
        let mut been = BTreeSet::new();
        let mut without = 0;
        loop {
            let known = self.sum.seen();
            let Some(next) = self.page(store, &at)? else {
                return Ok(());
            };
            sharing::remember_pull(store, self.name, &next.at, SystemClock.now())?;
            if !next.more {
                return Ok(());
            }
            // A server that leads back, or on and on to nothing, is left.
            without = if self.sum.seen() > known {
                0
            } else {
                without + 1
            };
            if !been.insert((next.at.after.clone(), next.at.next.clone())) || without > MOST_EMPTY {
                return Err(TaxiiError::NoWay(self.name.to_owned()).into());
            }
            at = next.at;
        }
    }

    /// Reads a page and keeps it; gives where the next begins, and nothing if there was nothing to go on from.
    fn page(&mut self, store: &mut Store, at: &Pulled) -> Result<Option<Next>, Failure> {
        let page = match self.remote.page(&at.after, &at.next) {
            Ok(page) => page,
            // What a server called the next page may be forgotten there by now.
            Err(failure) if !at.next.is_empty() && is_forgotten(&failure) => {
                let at = at.with(&at.after, "");
                return Ok(Some(Next { at, more: true }));
            }
            Err(failure) => return Err(failure),
        };
        let mut file = page.text;
        let again = file.try_clone().map_err(unreadable)?;
        let terms = KeptTerms::from_partner(self.settings.partner.as_str().into());
        let mut batches = Batches::of(Box::new(again), None).on_terms(&terms, self.sharing);
        let source = self.sum.source().to_owned();
        let tally = intel::import(store, &SystemClock, self.by, &source, &mut batches)?;
        let objects = tally.new + tally.known + tally.conflicts.len() as u64;
        self.sum.add(told(String::new(), source, tally, batches));
        let cut = |source| TaxiiError::Cut {
            server: self.name.to_owned(),
            objects,
            source,
        };
        if let Some(source) = page.cut {
            return Err(cut(source).into());
        }
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let (more, next) = next_in(std::io::BufReader::new(file)).map_err(cut)?;
        let last = page.last.unwrap_or_default();
        if !more {
            // A server that does not say when the last was put in is read from here again.
            let after = if last.is_empty() { &at.after } else { &last };
            return Ok((!after.is_empty()).then(|| Next {
                at: at.with(after, ""),
                more,
            }));
        }
        match next {
            Some(next) if next != at.next => Ok(Some(Next {
                at: at.with(&at.after, &next),
                more,
            })),
            // Without a word of where, it goes on after the last; a server that stands still is left.
            None if !last.is_empty() && last != at.after => Ok(Some(Next {
                at: at.with(&last, ""),
                more,
            })),
            _ => Err(TaxiiError::NoWay(self.name.to_owned()).into()),
        }
    }
}

/// Where reading goes on, and whether there is anything yet.
struct Next {
    at: Pulled,
    more: bool,
}

fn is_forgotten(failure: &Failure) -> bool {
    let refused = failure.error.downcast_ref::<TaxiiError>();
    matches!(
        refused,
        Some(TaxiiError::Refused {
            status: 400 | 404 | 410 | 422,
            ..
        })
    )
}

fn unreadable(source: std::io::Error) -> CommandError {
    CommandError::File {
        what: "read",
        path: std::env::temp_dir(),
        source,
    }
}
