//! The invented cell, marked TLP:CLEAR, with links, domains and files that it shared.

use std::collections::BTreeSet;

use avert_exchange::release::{Definitions, Rules, Terms};
use avert_exchange::report::public::{self, NotPublic, Options, Released, Rounding};
use avert_model::{Dossier, FactCode, Layer, Timestamp, Tlp};

use crate::{fixture, ours};

pub(crate) const GIVEN: &str = "https://files.example.org/offer/Senior_Role.pdf.exe";
pub(crate) const LINK: &str = "https://jobs.example.org/senior?ref=a17";
pub(crate) const DOMAIN: &str = "files.example.org";
pub(crate) const OTHER_DOMAIN: &str = "talent-hub.example.com";
pub(crate) const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// The case.
pub(crate) fn cell() -> Dossier {
    let mut dossier = fixture::cell();
    dossier.case.tlp = Tlp::Clear;
    let finding = &mut dossier.findings[0];
    let everyone: Vec<_> = finding
        .members
        .iter()
        .map(|member| member.account.clone())
        .collect();
    let shared = [
        (Layer::Link, vec![LINK], "Five accounts share a link."),
        (
            Layer::Domain,
            vec![DOMAIN, OTHER_DOMAIN],
            "Six accounts share two domains.",
        ),
        (Layer::File, vec![HASH], "Four accounts share a file."),
    ];
    for (layer, objects, text) in shared {
        let mut fact = fixture::fact(FactCode::SharedObjects, text, Some(layer), 1.8);
        fact.accounts = everyone[..6].to_vec();
        fact.object_count = objects.len() as u64;
        fact.objects = objects.into_iter().map(str::to_owned).collect();
        finding.facts.push(fact);
    }
    dossier
}

/// How it is published.
pub(crate) fn options() -> Options {
    Options {
        author: "Example Platform".to_owned(),
        rounding: Rounding::ToTen,
        not_told: BTreeSet::new(),
        others: Vec::new(),
    }
}

/// Its report, with what is known of single objects by their ids.
pub(crate) fn release(
    dossier: &Dossier,
    options: &Options,
    terms: &dyn Fn(&str) -> Terms,
) -> Result<Released, NotPublic> {
    let (directory, definitions, none) = (ours::alone(), Definitions::default(), BTreeSet::new());
    let rules = Rules {
        directory: &directory,
        definitions: &definitions,
        happened: &[],
        retracted: &none,
        known: &none,
        unmarked: Tlp::Red,
    };
    public::release(dossier, options, terms, &rules, now())
}

/// Terms that say of one object that it is stricter.
pub(crate) fn stricter(id: &str, stricter: &str) -> Terms {
    let mut terms = Terms::default();
    if id == stricter {
        terms.tags.push("tlp:amber".to_owned());
    }
    terms
}

pub(crate) fn now() -> Timestamp {
    fixture::at("2026-05-06T15:00:00Z")
}
