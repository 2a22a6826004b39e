//! What a report can be checked against.

use super::brief::Brief;
use super::limits;
use super::prose::Prose;
use super::words;

/// Named marks, each a sentence or an identifier.
pub(super) fn marks(brief: &Brief<'_>) -> Vec<(&'static str, Prose)> {
    let dossier = brief.dossier;
    let journal = &dossier.journal;
    let head = if journal.head.is_empty() {
        "none: the journal is empty"
    } else {
        &journal.head
    };
    let verified = if journal.verified {
        Prose::new("Every row follows from the one before")
    } else {
        Prose::default().strong("Did not verify")
    };
    let mut marks = vec![
        ("Journal head", Prose::default().code(&head)),
        ("Journal rows", Prose::new(words::digits(journal.rows))),
        ("Journal chain", verified),
    ];
    for finding in dossier.findings.iter().take(limits::FINDINGS) {
        marks.push((
            "Finding",
            Prose::default()
                .code(&finding.id)
                .words(" in snapshot ")
                .code(&finding.snapshot)
                .words(", by ")
                .name(&finding.detector)
                .words(" ")
                .name(&finding.detector_version),
        ));
    }
    for plan in limits::newest(&dossier.plans, limits::PLANS).0 {
        let digest = if plan.digest.is_empty() {
            "none"
        } else {
            &plan.digest
        };
        marks.push((
            "Plan",
            Prose::default()
                .code(&plan.id)
                .words(", digest ")
                .code(&digest),
        ));
    }
    for list in limits::newest(&dossier.notice_lists, limits::PLANS).0 {
        let digest = if list.digest.is_empty() {
            "none"
        } else {
            &list.digest
        };
        marks.push((
            "Notice list",
            Prose::default()
                .code(&list.id)
                .words(", digest ")
                .code(&digest),
        ));
    }
    marks
}
