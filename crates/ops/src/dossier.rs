//! Everything about a case in one value, for a report.

use avert_model::{CaseId, Clock, Dossier, JournalSummary, NoticeListSummary, PlanSummary};

use crate::notify::{NoticeList, NotifyError};
use crate::store::Store;
use crate::{appeals, cases, findings, journal, notify, purge, takedown};

/// Gathers a case: findings, contacts, plans, lists and the journal's state, read now. The whole journal is
/// checked, which takes as long as it is.
pub fn dossier(store: &Store, id: CaseId, clock: &dyn Clock) -> Result<Dossier, NotifyError> {
    gather(store, id, clock, journal::summary(store)?)
}

/// The same to look at: the journal is not checked, and said to be unverified.
pub fn at_a_glance(store: &Store, id: CaseId, clock: &dyn Clock) -> Result<Dossier, NotifyError> {
    gather(store, id, clock, journal::unchecked(store)?)
}

fn gather(
    store: &Store,
    id: CaseId,
    clock: &dyn Clock,
    journal: JournalSummary,
) -> Result<Dossier, NotifyError> {
    let connection = store.read();
    let case = cases::find(connection, id)?;
    let mut found = Vec::new();
    let mut caveats: Vec<String> = Vec::new();
    for finding in &case.findings {
        let (finding, run_caveats) = findings::find(connection, finding)?;
        found.push(finding);
        for caveat in run_caveats {
            if !caveats.contains(&caveat) {
                caveats.push(caveat);
            }
        }
    }
    let mut plans: Vec<PlanSummary> = takedown::list(store, id)?
        .iter()
        .map(takedown::summary)
        .collect();
    for plan in &mut plans {
        plan.appeals = appeals::totals(connection, plan.id)?;
    }
    let lists = notify::list(store, id)?;
    Ok(Dossier {
        purged_at: purge::purged_at(store, id, &found)?,
        findings: found,
        contacts: notify::reached(store, id)?,
        plans,
        notice_lists: lists.iter().map(approved).collect(),
        changes: cases::member_changes(store, id)?,
        words: cases::words(store, id)?,
        links: cases::links(store, id)?,
        journal,
        caveats,
        made_at: clock.now(),
        case,
    })
}

/// The list with the digest that was approved: what it would have now is another one once its addresses
/// are purged.
fn approved(list: &NoticeList) -> NoticeListSummary {
    let mut summary = notify::summary(list);
    if let Some(approval) = list.approval() {
        summary.digest.clone_from(&approval.digest);
    }
    summary
}
