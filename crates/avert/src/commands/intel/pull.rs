//! `avert intel pull`: what is new in partners' collections.

use std::collections::BTreeSet;
use std::io::{Seek as _, SeekFrom};

use avert_exchange::taxii::next_in;
use avert_model::{Clock as _, Outcome};
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
/// No more pages are read in one run, whatever is in them: the next run goes on from there.
const MOST_PAGES: usize = 100_000;
/// What a server calls the next page is no longer than this, in bytes.
const LONGEST_NEXT: usize = 4 << 10;

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
    // A name that nobody knows is a slip of whoever typed it: nothing is read then.
    let mut asked = Vec::new();
    for name in names {
        let settings = servers
            .get(name)
            .ok_or_else(|| TaxiiError::NoServer(name.clone()))?;
        asked.push((name, settings));
    }
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for (name, settings) in asked {
        let mut sum = Imported::of(name.clone(), format!("taxii: {name}"));
        let ended = Remote::open(name, settings, context).and_then(|remote| {
            if args.anew {
                sharing::forget_pull(&mut store, name)?;
            }
            let mut pull = Pull {
                sharing: &sharing,
                name,
                settings,
                remote: &remote,
                by: actor.name(),
                sum: &mut sum,
            };
            pull.all(&mut store)
        });
        // What came before it is kept, and told; one server's trouble is not the others'.
        if let Err(failure) = ended {
            sum.breaks_off();
            failed.push(failure);
        }
        all.push(sum);
    }
    context.printer.results(&all, super::import::text)?;
    if let Some(last) = last_told(failed, |failure| context.printer.failure(failure)) {
        return Err(last);
    }
    let faultless = all.iter().all(Imported::is_faultless);
    Ok(if faultless { Answer::Done } else { Answer::No })
}

/// Tells every failure but one, which the command ends with: one that stopped part-way, if any did.
fn last_told(mut failed: Vec<Failure>, tell: impl Fn(&Failure)) -> Option<Failure> {
    let part_way = |failure: &Failure| matches!(failure.outcome, Outcome::PartWay { .. });
    let last = failed.iter().rposition(part_way);
    let last = last.or_else(|| failed.len().checked_sub(1))?;
    let last = failed.remove(last);
    failed.iter().for_each(tell);
    Some(last)
}

/// One collection being read.
struct Pull<'a> {
    sharing: &'a Sharing,
    name: &'a str,
    settings: &'a ServerSettings,
    remote: &'a Remote,
    by: &'a str,
    sum: &'a mut Imported,
}

impl Pull<'_> {
    /// Reads on from where it ended, page by page; after each it is remembered how far.
    fn all(&mut self, store: &mut Store) -> Result<(), Failure> {
        let known = sharing::pulled(store, self.name)?;
        let mut at = known
            .filter(|known| known.address == self.remote.url())
            .unwrap_or_default();
        at.address = self.remote.url().to_owned();
        let mut way = Way::default();
        loop {
            let known = self.sum.seen();
            let Some(next) = self.page(store, &at)? else {
                return Ok(());
            };
            sharing::remember_pull(store, self.name, &next.at, SystemClock.now())?;
            if !next.more {
                return Ok(());
            }
            if !way.leads_on(&next.at, self.sum.seen() > known) {
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
            Some(next) if next != at.next && next.len() <= LONGEST_NEXT => Ok(Some(Next {
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

/// The pages of one run. A server that leads back, or on and on to nothing, or on and on, is left.
#[derive(Default)]
struct Way {
    /// Where it was, by a hash: a server's words are as long as it likes.
    been: BTreeSet<[u8; 32]>,
    /// How many pages in a row had nothing in them.
    without: u32,
}

impl Way {
    /// Whether to read on there; the page before had something in it, or not.
    fn leads_on(&mut self, at: &Pulled, had_something: bool) -> bool {
        self.without = if had_something { 0 } else { self.without + 1 };
        let mut place = blake3::Hasher::new();
        for word in [&at.after, &at.next] {
            place.update(&(word.len() as u64).to_le_bytes());
            place.update(word.as_bytes());
        }
        let is_new = self.been.insert(*place.finalize().as_bytes());
        is_new && self.without <= MOST_EMPTY && self.been.len() < MOST_PAGES
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(after: &str, next: &str) -> Pulled {
        Pulled::default().with(after, next)
    }

    #[test]
    fn a_server_that_always_has_another_page_is_left() {
        let mut way = Way::default();
        for page in 1..MOST_PAGES {
            assert!(way.leads_on(&at("", &page.to_string()), true), "{page}");
        }
        assert!(!way.leads_on(&at("", "another"), true));
    }

    #[test]
    fn a_server_that_leads_back_or_to_nothing_is_left() {
        let mut way = Way::default();
        assert!(way.leads_on(&at("a", "b"), true));
        assert!(way.leads_on(&at("", "ab"), true), "that is elsewhere");
        assert!(!way.leads_on(&at("a", "b"), true));
        let mut way = Way::default();
        for page in 0..MOST_EMPTY {
            assert!(way.leads_on(&at("", &page.to_string()), false));
        }
        assert!(!way.leads_on(&at("", "another"), false));
    }

    #[test]
    fn of_several_failures_the_one_that_can_be_carried_on_is_told_last() {
        let told = std::cell::RefCell::new(Vec::new());
        let cut = TaxiiError::Cut {
            server: "cut".into(),
            objects: 1,
            source: std::io::Error::other("it broke off"),
        };
        let no_way = |server: &str| Failure::from(TaxiiError::NoWay(server.into()));
        let failed = vec![no_way("one"), cut.into(), no_way("two")];
        let last = last_told(failed, |failure| told.borrow_mut().push(failure.code));
        assert_eq!(last.map(|last| last.exit_code()), Some(3));
        assert_eq!(told.into_inner(), ["taxii/no-way", "taxii/no-way"]);
        assert!(last_told(Vec::new(), |_| ()).is_none());
    }
}
