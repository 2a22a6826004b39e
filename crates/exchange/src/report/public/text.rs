//! What a public report says, from what the gate let through.

mod listed;

use std::collections::BTreeMap;

use avert_model::{Dossier, MemberKind, ReportPart, Timestamp};
use jiff::tz::TimeZone;

use super::defang::defanged;
use super::document::{Block, Document, Part, Table};
use super::numbers::Rounding;
use super::{Indicator, KillChainRow, Options, PublicReport, Related, tells};
use crate::kill_chain::{self, Step};
use crate::release::{Bundle, Marked};
use crate::report::brief::Brief;
use crate::report::prose::Prose;
use crate::report::{ReportOptions, limits, related, words};
use crate::stix::{self, Id, Kind, Outgoing, ToldCase};
use listed::{accounts_told, columns, related_told, things_told};

/// What people wrote.
pub(super) struct Said<'a> {
    /// The title that they gave it, and not what detection called what it found.
    pub(super) title: String,
    pub(super) paragraphs: Vec<&'a str>,
}

/// What people wrote for the report of a case.
pub(super) fn said(dossier: &Dossier) -> Said<'_> {
    let brief = Brief::new(dossier, ReportOptions::default());
    let title = crate::report::html::title(&brief);
    let mut findings = dossier.findings.iter();
    let title = if findings.any(|finding| finding.title == title) {
        let platforms: Vec<String> = brief.platforms().into_iter().map(str::to_owned).collect();
        format!("Accounts that act as one on {}", words::list(&platforms))
    } else {
        title.to_owned()
    };
    Said {
        title,
        paragraphs: brief.paragraphs(),
    }
}

/// Writes the report of what is in the bundle, and of numbers.
pub(super) fn write(
    dossier: &Dossier,
    options: &Options,
    said: &Said<'_>,
    told: &ToldCase<'_>,
    bundle: Bundle<Outgoing>,
) -> PublicReport {
    let objects = bundle.objects.iter().map(Marked::body);
    let released = objects
        .filter_map(|body| Some((body["id"].as_str()?, body["name"].as_str())))
        .collect();
    let writer = Writer {
        dossier,
        rounding: options.rounding,
        brief: Brief::new(dossier, ReportOptions::default()),
        told,
        released,
    };
    let (kill_chain, indicators) = (writer.kill_chain(), writer.indicators());
    let related = writer.related();
    let document = Document {
        title: said.title.clone(),
        author: options.author.clone(),
        byline: Prose::new("Published by ")
            .name(&options.author)
            .words(format!(" on {}", words::date(dossier.made_at))),
        said: said
            .paragraphs
            .iter()
            .map(|text| (*text).to_owned())
            .collect(),
        parts: writer.parts(&indicators, &related),
    };
    PublicReport {
        document,
        kill_chain,
        indicators,
        related,
        made_at: dossier.made_at,
        day: day(dossier.made_at),
        bundle,
    }
}

fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

struct Writer<'a> {
    dossier: &'a Dossier,
    rounding: Rounding,
    brief: Brief<'a>,
    told: &'a ToldCase<'a>,
    /// The ids of what may be told, with the names that may.
    released: BTreeMap<&'a str, Option<&'a str>>,
}

impl Writer<'_> {
    fn tells(&self, part: ReportPart) -> bool {
        tells(self.dossier, part)
    }

    fn is_released(&self, id: &Id) -> bool {
        self.released.contains_key(id.as_str())
    }

    /// The ways of working that may be told.
    fn steps(&self) -> impl Iterator<Item = &Step<'_>> {
        let steps = self.told.steps.iter();
        steps
            .filter(|(_, id)| self.is_released(id))
            .map(|(step, _)| step)
    }

    /// The things of a way of working that may be told, with nobody in the way of following them.
    fn things_of(&self, step: &Step<'_>) -> Vec<String> {
        let given = *step.way == kill_chain::GIVEN;
        if !given && *step.way != kill_chain::TRAFFIC {
            return Vec::new();
        }
        let things = self.told.things.iter();
        things
            .filter(|one| one.given == given)
            .filter(|one| self.is_released(&one.observable) && self.is_released(&one.indicator))
            .map(|one| defanged(&one.thing))
            .collect()
    }

    /// By how much a way of working was seen.
    fn extent(&self, step: &Step<'_>) -> String {
        if step.people > 0 && self.tells(ReportPart::Reach) {
            return self.rounding.count(step.people, "person", "people");
        }
        match step.accounts.len() as u64 {
            0 => String::new(),
            accounts => self.rounding.count(accounts, "account", "accounts"),
        }
    }

    fn kill_chain(&self) -> Vec<KillChainRow> {
        let mut rows = Vec::new();
        for step in self.steps() {
            let period = words::period(step.first_at, step.last_at);
            let attack = step
                .way
                .attack
                .map(|attack| format!("ATT&CK {}", attack.id));
            let mut notes: Vec<String> = period
                .map(|period| format!("Seen {period}"))
                .into_iter()
                .collect();
            notes.extend(attack);
            let mut indicators = self.things_of(step);
            if indicators.is_empty() {
                indicators.push(self.extent(step));
            }
            rows.extend(indicators.into_iter().map(|indicator| KillChainRow {
                tactic: step.way.phase.tactic(),
                technique: step.way.technique,
                procedure: step.way.procedure,
                indicator,
                notes: notes.join("; "),
            }));
        }
        rows
    }

    fn indicators(&self) -> Vec<Indicator> {
        let accounts = self.told.accounts.iter();
        let accounts =
            accounts
                .filter(|(.., id)| self.is_released(id))
                .map(|(account, platform, _)| Indicator {
                    kind: "user_account",
                    value: account.as_str().to_owned(),
                    comment: (*platform).to_owned(),
                });
        let things = self.told.things.iter();
        let things = things
            .filter(|one| self.is_released(&one.observable) && self.is_released(&one.indicator))
            .map(|one| Indicator {
                kind: match one.thing.kind {
                    Kind::Url => "url",
                    Kind::Domain => "domain_name",
                    Kind::Md5 => "md5",
                    Kind::Sha1 => "sha1",
                    Kind::Sha256 => "sha256",
                    Kind::Sha512 => "sha512",
                },
                value: defanged(&one.thing),
                comment: if one.given {
                    kill_chain::GIVEN.procedure.to_owned()
                } else {
                    kill_chain::TRAFFIC.procedure.to_owned()
                },
            });
        accounts.chain(things).collect()
    }

    /// What others published of it, as far as both that and the object may be told, by the names that may.
    fn related(&self) -> Vec<Related> {
        let links = self.told.links.iter();
        links
            .filter(|told| self.is_released(&told.relationship))
            .filter_map(|told| {
                let name = (*self.released.get(told.link.object.as_str())?)?;
                Some(Related {
                    relation: told.link.relation,
                    kind: told.link.kind.clone(),
                    name: name.to_owned(),
                    source: told.link.source.clone(),
                    confidence: told.link.confidence,
                })
            })
            .collect()
    }

    fn parts(&self, indicators: &[Indicator], related: &[Related]) -> Vec<Part> {
        let list = |heading, items: Vec<Prose>| Part {
            heading,
            blocks: vec![Block::List(items)],
        };
        let mut parts = vec![Part {
            heading: "In short",
            blocks: self.in_short().into_iter().map(Block::Paragraph).collect(),
        }];
        if let Some(table) = self.ways() {
            parts.push(Part {
                heading: "How it worked",
                blocks: vec![Block::Table(table)],
            });
        }
        if self.tells(ReportPart::Reach) && self.brief.reached() > 0 {
            parts.push(Part {
                heading: "Whom it reached",
                blocks: vec![Block::Table(self.reach())],
            });
        }
        if self.tells(ReportPart::Actions) {
            parts.push(list("What was done", self.done()));
        }
        parts.extend(related_told(related));
        let (accounts, things): (Vec<&Indicator>, Vec<&Indicator>) = indicators
            .iter()
            .partition(|one| one.kind == "user_account");
        parts.extend(accounts_told(&accounts));
        parts.extend(things_told(&things));
        parts.push(list(
            "What this report does not say",
            self.principles(related),
        ));
        parts
    }

    fn in_short(&self) -> Vec<Prose> {
        let privacy = &self.brief.privacy;
        let count = |kind, one, many| {
            let number = privacy.count(kind);
            (number > 0).then(|| self.rounding.count(number, one, many))
        };
        let kinds: Vec<String> = [
            count(
                MemberKind::Persona,
                "account of a made-up person",
                "accounts of made-up people",
            ),
            count(
                MemberKind::Compromised,
                "account of a real person in somebody else's hands, which is not named",
                "accounts of real people in somebody else's hands, which are not named",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        let found = if kinds.is_empty() {
            Prose::new("No account was found to belong to it.")
        } else {
            Prose::new("Accounts that act as one were found on ")
                .names(&self.brief.platforms())
                .words(format!(": {}.", words::list(&kinds)))
        };
        let mut lines = vec![found];
        let (first, last) = self.brief.contact_period();
        let period = words::period(first, last);
        if self.tells(ReportPart::Reach)
            && let Some(period) = period
        {
            let preposition = if period.contains(" to ") {
                "From"
            } else {
                "On"
            };
            let tiers = self.brief.tiers.map(|(_, people)| people);
            let reached = self.rounding.sum(&tiers).count("person", "people");
            lines.push(Prose::new(format!(
                "{preposition} {period} they reached {reached}."
            )));
        }
        lines.extend(self.how_sure());
        lines
    }

    fn how_sure(&self) -> Option<Prose> {
        let findings = &self.dossier.findings;
        let least = findings.iter().min_by(|one, other| {
            let (one, other) = (one.probability.get(), other.probability.get());
            one.total_cmp(&other)
        })?;
        let which = if findings.len() == 1 {
            "The detector's estimate that they are one operation"
        } else {
            "The detector's lowest estimate that a network is one operation"
        };
        let percent = words::percent(least.probability);
        Some(Prose::new(format!("{which} is {percent}.")))
    }

    fn ways(&self) -> Option<Table> {
        let rows: Vec<Vec<Prose>> = self
            .steps()
            .map(|step| {
                let attack = step.way.attack.map_or("–", |attack| attack.id);
                let extent = match (self.things_of(step).len() as u64, self.extent(step)) {
                    (0, extent) => extent,
                    (things, extent) if extent.is_empty() => {
                        words::count(things, "indicator", "indicators")
                    }
                    (things, extent) => {
                        format!(
                            "{extent}, {}",
                            words::count(things, "indicator", "indicators")
                        )
                    }
                };
                [
                    step.way.phase.tactic(),
                    step.way.technique,
                    step.way.procedure,
                    &extent,
                    attack,
                ]
                .map(Prose::new)
                .into()
            })
            .collect();
        (!rows.is_empty()).then(|| Table {
            summary: "How the operation worked, by the phases of the Online Operations Kill Chain",
            columns: columns([
                ("Tactic", 0.18),
                ("Technique", 0.23),
                ("Procedure", 0.27),
                ("Seen", 0.2),
                ("ATT&CK", 0.12),
            ]),
            rows,
        })
    }

    fn reach(&self) -> Table {
        let tiers = self.brief.tiers;
        let mut rows: Vec<Vec<Prose>> = tiers
            .into_iter()
            .filter(|(_, people)| *people > 0)
            .map(|(tier, people)| {
                vec![
                    Prose::new(words::tier(tier)),
                    Prose::new(words::tier_meaning(tier)),
                    Prose::new(self.rounding.of(people).to_string()),
                ]
            })
            .collect();
        let sum = self.rounding.sum(&tiers.map(|(_, people)| people));
        rows.push(vec![
            Prose::default().strong("All"),
            Prose::new("each person counted once, for the strongest"),
            Prose::default().strong(sum.to_string()),
        ]);
        Table {
            summary: "How many people the operation reached, and how close it came",
            columns: columns([("How close", 0.24), ("Which means", 0.54), ("People", 0.22)]),
            rows,
        }
    }

    fn done(&self) -> Vec<Prose> {
        let mut lines = Vec::new();
        for (plan, id) in &self.told.actions {
            let acted = plan.acted_on.len() as u64;
            if !self.is_released(id) || acted == 0 {
                continue;
            }
            let count = self.rounding.count(acted, "account", "accounts");
            let approved = if stix::is_approved(plan) {
                "; a second person approved it."
            } else {
                "."
            };
            lines.push(
                Prose::default()
                    .strong(words::sentence(&count))
                    .words(" disabled or restricted on ")
                    .name(&plan.platform)
                    .words(approved),
            );
        }
        if lines.is_empty() {
            lines.push(Prose::new("No account is disabled or restricted."));
        }
        if self.brief.told > 0 && self.tells(ReportPart::Reach) {
            let told = self.rounding.count(self.brief.told, "person", "people");
            lines.push(
                Prose::default()
                    .strong(words::sentence(&told))
                    .words(" told that they had been reached."),
            );
        }
        lines
    }

    fn principles(&self, told: &[Related]) -> Vec<Prose> {
        let mut told = told.iter();
        let says_who = told.any(|one| one.relation.says_who(&one.kind));
        let mut says = vec![
            Prose::new(related::attribution("It", says_who)),
            Prose::new(
                "Having been in contact with these accounts, or having passed on what they shared, is no sign of belonging \
                 to them.",
            ),
            Prose::new(
                "People who were reached are counted and never named. Accounts that nobody decided about, and those of \
                 real people, are not named either.",
            ),
            Prose::new(
                "An estimate is the detector's, from the data it was given, rounded down. It is not a verdict.",
            ),
            Prose::new(
                "Links and domains are written with brackets so that nobody follows one by accident; the STIX form has \
                 them whole.",
            ),
        ];
        says.extend(self.rounding.said().map(Prose::new));
        let left_out: Vec<String> = [
            (ReportPart::Network, "the accounts one by one"),
            (ReportPart::Evidence, "how it worked, and indicators"),
            (ReportPart::Reach, "whom it reached"),
            (ReportPart::Actions, "what was done"),
        ]
        .into_iter()
        .filter(|(part, _)| !self.tells(*part))
        .map(|(_, what)| what.to_owned())
        .collect();
        if !left_out.is_empty() {
            says.push(Prose::new(format!("Left out: {}.", words::list(&left_out))));
        }
        says.push(Prose::new(limits::may_be_told(avert_model::Tlp::Clear)));
        says
    }
}
