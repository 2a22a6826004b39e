//! Everything about a case in one value, for a report.

use avert_model::{CaseId, Clock, Dossier};

use crate::notify::NotifyError;
use crate::store::Store;
use crate::{cases, findings, journal, notify, takedown};

/// Gathers a case: findings, contacts, plans, lists and the journal's state, read now.
pub fn dossier(store: &Store, id: CaseId, clock: &dyn Clock) -> Result<Dossier, NotifyError> {
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
    Ok(Dossier {
        findings: found,
        contacts: notify::reached(store, id)?,
        plans: takedown::list(store, id)?
            .iter()
            .map(takedown::summary)
            .collect(),
        notice_lists: notify::list(store, id)?
            .iter()
            .map(notify::summary)
            .collect(),
        journal: journal::summary(store)?,
        caveats,
        made_at: clock.now(),
        case,
    })
}
