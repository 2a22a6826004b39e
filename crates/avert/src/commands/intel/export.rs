//! `avert intel export`: a case as objects, and objects as a bundle; or the tables of its public report.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};

use avert_exchange::release::{self, Bundle, Item, Releasable, Rules, Terms};
use avert_exchange::stix::{self, Maker, Outgoing, case_objects};
use avert_model::{Clock as _, Dossier};
use avert_ops::dossier;
use avert_ops::store::Store;

use super::misp;
use crate::args::{ExportIntel, Format};
use crate::clock::SystemClock;
use crate::commands::{Answer, report};
use crate::context::Context;
use crate::failure::{CommandError, Failure, may_write};
use crate::sharing::{Facts, Sharing, linked, public_report};
use crate::text::count;

/// What objects are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// A STIX 2.1 bundle.
    Stix,
    /// A table of the case's public report.
    Table(Format),
    /// An event of MISP.
    Misp,
}

impl Written {
    fn of(format: Format) -> Result<Self, CommandError> {
        match format {
            Format::Text | Format::Stix | Format::Json => Ok(Self::Stix),
            Format::Csv | Format::KillchainCsv => Ok(Self::Table(format)),
            Format::Misp => Ok(Self::Misp),
            _ => Err(CommandError::OtherFormat),
        }
    }
}

pub(super) fn run(
    args: &ExportIntel,
    format: Format,
    context: &Context<'_>,
) -> Result<Answer, Failure> {
    let written = Written::of(format)?;
    let store = context.store()?;
    let dossier = dossier::dossier(&store, args.case, &SystemClock)?;
    let (document, what) = match written {
        Written::Stix => {
            let objects = objects(&dossier, args, &store, context)?;
            let told = objects.get().objects.len() as u64;
            let document = stix::bundle(&objects, dossier.made_at);
            (document.into_bytes(), count(told, "object", "objects"))
        }
        Written::Misp => {
            let objects = objects(&dossier, args, &store, context)?;
            let told = objects.get().objects.len() as u64;
            let event = misp::event(&dossier, &objects, args.author.as_deref(), context);
            (event.into_bytes(), count(told, "object", "objects"))
        }
        Written::Table(format) => {
            let table = table(args, format, &dossier, &store, context)?;
            (table, "a table".to_owned())
        }
    };
    let Some(path) = &args.out else {
        context.printer.file(&document)?;
        return Ok(Answer::Done);
    };
    may_write(path, &["json", "csv"])?;
    let failed = |source| CommandError::File {
        what: "write",
        path: path.clone(),
        source,
    };
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    file.write_all(&document).map_err(failed)?;
    file.flush().map_err(failed)?;
    let path = path.display();
    context.printer.talk(&format!("wrote {what} to {path}"));
    Ok(Answer::Done)
}

/// What may be told of a case to our own team, which marks it and hands it on. Whatever is given out goes through
/// here.
fn objects(
    dossier: &Dossier,
    args: &ExportIntel,
    store: &Store,
    context: &Context<'_>,
) -> Result<Releasable<Bundle<Outgoing>>, Failure> {
    let mut sharing = Sharing::of(&context.config.sharing);
    let author = args.author.as_deref().unwrap_or(&sharing.author).to_owned();
    let ours = &mut sharing.directory.our_identities;
    ours.insert(Maker::id("identity", &author).to_string());
    let others = linked(store, &dossier.links)?.into_iter().map(|one| Item {
        object: Outgoing::received(&one.object),
        terms: one.terms,
    });
    let made = case_objects(dossier, &author);
    let made = made.iter().map(|object| Item {
        object: Outgoing::made(object),
        terms: Terms::default(),
    });
    let items: Vec<Item<Outgoing>> = others.chain(made).collect();
    let facts = Facts::read(store)?;
    let none = BTreeSet::new();
    let rules = Rules {
        known: &none,
        ..facts.rules(&sharing)
    };
    let team = sharing.directory.own_team();
    let release = release::check(&items, &team, &rules, SystemClock.now())?;
    Ok(release.releasable)
}

/// A table of the public report: what everybody may read, or nothing.
fn table(
    args: &ExportIntel,
    format: Format,
    dossier: &Dossier,
    store: &Store,
    context: &Context<'_>,
) -> Result<Vec<u8>, Failure> {
    let how = (args.author.as_deref(), None);
    let published = public_report(store, dossier, how, context)?;
    let document = report::written(&published.released, format)?;
    report::say(&published, context);
    Ok(document)
}
