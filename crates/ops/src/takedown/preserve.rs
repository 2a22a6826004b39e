//! What a takedown rests on, kept before the first account is touched: a takedown must never destroy
//! its own evidence.
//!
//! An exhibit is kept by the hash of its content. The hashes are in the journal, in the transaction
//! in which the plan begins; the contents can be purged one day, and the journal still proves what
//! they were.

use avert_model::{PlanId, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::error::TakedownError;
use super::execute::{Means, not_frozen};
use super::records;
use super::state::PlanHeader;
use crate::desk::Desk;
use crate::ports::PortErrorKind;
use crate::store::{Connection, Store, StoreError, Transaction, to_json, values};
use crate::{asking, cases, findings, journal};

/// Something that a case rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Exhibit {
    /// What it is: `finding`, `profile`, `actions`, `contacts`, `media` …
    pub kind: String,
    /// What it is about: an account, a finding.
    pub subject: String,
    /// The content: JSON, or lines of it.
    pub body: String,
}

impl Exhibit {
    /// BLAKE3 of the content, in hexadecimal: what it is kept by.
    pub fn hash(&self) -> String {
        blake3::hash(self.body.as_bytes()).to_hex().to_string()
    }
}

/// How many hashes stand in one row of the journal.
const HASHES_A_ROW: usize = 250;

/// Collects everything: the findings as they are stored, what the platform holds on each account now,
/// and whatever the evidence has. Changes nothing.
pub(super) fn gather(
    desk: &Desk<'_>,
    means: Means<'_>,
    header: &PlanHeader,
) -> Result<Vec<Exhibit>, TakedownError> {
    let case = cases::find(desk.store.read(), header.case)?;
    let mut found = Vec::new();
    for id in &case.findings {
        found.push(findings::find(desk.store.read(), id)?.0);
    }
    // Of each finding the finding itself, and then what it rests on.
    let mut of_each: Vec<Vec<Exhibit>> = found
        .iter()
        .map(|finding| {
            vec![Exhibit {
                kind: "finding".into(),
                subject: finding.id.to_string(),
                body: to_json(finding),
            }]
        })
        .collect();
    means
        .evidence
        .gather(&found, &mut |index, exhibit| of_each[index].push(exhibit))
        .map_err(|source| TakedownError::NotPreserved {
            plan: header.id,
            source,
        })?;
    let mut exhibits: Vec<Exhibit> = of_each.into_iter().flatten().collect();
    exhibits.extend(profiles(desk, means, header)?);
    Ok(exhibits)
}

/// What the platform holds on each account of the plan, several asked at once.
fn profiles(
    desk: &Desk<'_>,
    means: Means<'_>,
    header: &PlanHeader,
) -> Result<Vec<Exhibit>, TakedownError> {
    let held = asking::all(
        desk,
        means.platform,
        (header.steps.len(), 1),
        || not_frozen(desk),
        |index| means.platform.profile(&header.steps[index].account),
        |profile| match profile {
            Ok(profile) => Ok(profile.held),
            // An account that is gone holds nothing any more.
            Err(error) if matches!(error.kind, PortErrorKind::NotFound(_)) => Ok(None),
            Err(error) => Err(TakedownError::Platform(error)),
        },
    )?;
    let exhibits = held
        .into_iter()
        .zip(&header.steps)
        .filter_map(|(held, step)| {
            Some(Exhibit {
                kind: "profile".into(),
                subject: step.account.to_string(),
                body: held?,
            })
        });
    Ok(exhibits.collect())
}

/// Writes the exhibits and their hashes, in the transaction in which the plan begins.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    plan: PlanId,
    (now, by): (Timestamp, &str),
    exhibits: &[Exhibit],
) -> Result<(), StoreError> {
    let hashed: Vec<(String, &Exhibit)> = exhibits
        .iter()
        .map(|exhibit| (exhibit.hash(), exhibit))
        .collect();
    transaction.execute_all(
        "preserve evidence",
        "INSERT INTO exhibits (hash, kind, body, purged_at) VALUES (?1, ?2, ?3, '') \
         ON CONFLICT (hash) DO UPDATE SET body = excluded.body, purged_at = '' \
         WHERE exhibits.purged_at <> ''",
        hashed
            .iter()
            .map(|(hash, exhibit)| values![hash, &exhibit.kind, &exhibit.body].into()),
    )?;
    transaction.insert_all(
        "preserve evidence",
        "plan_exhibits (plan_id, position, hash, subject)",
        (0_i64..).zip(&hashed).map(|(position, (hash, exhibit))| {
            values![plan.number(), position, hash, &exhibit.subject].into()
        }),
    )?;
    let subject = plan.to_string();
    for some in hashed.chunks(HASHES_A_ROW) {
        let told: Vec<&str> = some.iter().map(|(hash, _)| hash.as_str()).collect();
        let detail = json!({ "blake3": told });
        journal::append(transaction, now, by, "takedown/preserve", &subject, &detail)?;
    }
    Ok(())
}

/// An exhibit in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Kept {
    /// BLAKE3 of the content, in hexadecimal.
    pub hash: String,
    /// What it is.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// The content; `None` once it was purged.
    pub body: Option<String>,
    /// Whether the content still gives its hash; a purged one cannot be asked.
    pub intact: bool,
}

/// Gives a plan's exhibits in their order. Memory holds one at a time.
pub fn exhibits(
    store: &Store,
    plan: PlanId,
    mut each: impl FnMut(Kept) -> Result<(), StoreError>,
) -> Result<(), TakedownError> {
    // There is no plan without a state.
    records::show(store, plan)?;
    in_order(store.read(), plan, &mut each)?;
    Ok(())
}

fn in_order(
    connection: &Connection,
    plan: PlanId,
    each: &mut dyn FnMut(Kept) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    connection.each(
        "read evidence",
        "SELECT e.hash, e.kind, p.subject, e.body, e.purged_at FROM plan_exhibits p \
         JOIN exhibits e ON e.hash = p.hash WHERE p.plan_id = ?1 ORDER BY p.position",
        &values![plan.number()],
        &mut |row| {
            let (hash, body) = (row.text(0)?, row.text(3)?);
            let purged = !row.text(4)?.is_empty();
            let intact = purged || blake3::hash(body.as_bytes()).to_hex().as_str() == hash;
            each(Kept {
                hash,
                kind: row.text(1)?,
                subject: row.text(2)?,
                body: (!purged).then_some(body),
                intact,
            })?;
            Ok(true)
        },
    )
}
