//! `avert intel export`: a case as objects, and objects as a bundle.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use avert_exchange::stix::{BundleWriter, Maker, Object, case_objects};
use avert_model::Dossier;
use avert_ops::dossier;

use super::misp;
use crate::args::{ExportIntel, Format};
use crate::clock::SystemClock;
use crate::commands::Answer;
use crate::context::Context;
use crate::failure::{CommandError, Failure, may_write};
use crate::text::count;

/// What objects are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// A STIX 2.1 bundle.
    Stix,
    /// An event of MISP.
    Misp,
}

impl Written {
    fn of(format: Format) -> Result<Self, CommandError> {
        match format {
            Format::Text | Format::Stix | Format::Json => Ok(Self::Stix),
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
    let dossier = dossier::dossier(&context.store()?, args.case, &SystemClock)?;
    let objects = objects(&dossier, &args.author);
    let document = match written {
        Written::Stix => bundle(&dossier, &objects)?,
        Written::Misp => misp::event(&dossier, &objects, &args.author, context)?,
    };
    let Some(path) = &args.out else {
        context.printer.raw(&document)?;
        return Ok(Answer::Done);
    };
    may_write(path, &["json"])?;
    let failed = |source| CommandError::File {
        what: "write",
        path: path.clone(),
        source,
    };
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    file.write_all(document.as_bytes()).map_err(failed)?;
    file.flush().map_err(failed)?;
    context.printer.talk(&format!(
        "wrote {} to {}",
        count(objects.len() as u64, "object", "objects"),
        path.display()
    ));
    Ok(Answer::Done)
}

/// What may be told of a case. Whatever is given out goes through here.
fn objects(dossier: &Dossier, author: &str) -> Vec<Object> {
    case_objects(dossier, author)
}

fn bundle(dossier: &Dossier, objects: &[Object]) -> Result<String, Failure> {
    let last = objects.last().map_or("", |object| object.id().as_str());
    let id = Maker::id("bundle", &format!("{last} {}", dossier.made_at));
    let mut text = Vec::new();
    let written = (|| {
        let mut bundle = BundleWriter::begin(&mut text, &id)?;
        for object in objects {
            bundle.push(object.as_str())?;
        }
        bundle.end()
    })();
    written.map_err(|source| CommandError::File {
        what: "write to",
        path: "memory".into(),
        source,
    })?;
    Ok(String::from_utf8(text).expect("objects are text"))
}
