//! What an account's own conduct says about it, in log-odds.

use avert_model::FactCode;

use crate::Settings;
use crate::history::Conduct;
use crate::input::Profile;

/// One thing that speaks for or against an account, in natural log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) code: FactCode,
    pub(crate) aspect: Aspect,
    pub(crate) weight: f64,
}

/// What exactly was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aspect {
    Strangers,
    Age,
    Delivery,
    Reports,
    OldTies,
    SoughtByOthers,
    Verified,
}

/// What speaks for and against one account, before anybody else is looked at.
pub(crate) fn account_evidence(
    conduct: &Conduct,
    profile: &Profile,
    settings: &Settings,
) -> Vec<Evidence> {
    let strangers = f64::from(conduct.strangers);
    let asked = f64::from(conduct.asked.max(1));
    let mut found = Vec::new();
    let mut add = |code, aspect, weight: f64| {
        if weight.abs() > 1e-9 {
            found.push(Evidence {
                code,
                aspect,
                weight,
            });
        }
    };
    let share = strangers / asked;
    add(
        FactCode::ApproachesStrangers,
        Aspect::Strangers,
        (share * (strangers / 2.0).ln_1p() * 1.3).min(3.0),
    );
    if conduct.strangers >= 2
        && let Some(age) = conduct.age_days
    {
        let youth = if age <= settings.young_days {
            1.5 * (1.0 - age / settings.young_days)
        } else {
            -2.5 * ((age - settings.young_days)
                / (settings.old_days - settings.young_days).max(1.0))
            .min(1.0)
        };
        let code = if youth > 0.0 {
            FactCode::ApproachesStrangers
        } else {
            FactCode::Exonerating
        };
        add(code, Aspect::Age, youth);
    }
    add(
        FactCode::DeliversToContacts,
        Aspect::Delivery,
        (f64::from(conduct.delivered) * 0.8).min(2.4),
    );
    add(
        FactCode::ReportedByContacts,
        Aspect::Reports,
        (f64::from(conduct.reported_by) * 0.8).min(2.4),
    );
    add(
        FactCode::Exonerating,
        Aspect::OldTies,
        -(f64::from(conduct.old_ties) * 0.8).min(6.0),
    );
    add(
        FactCode::Exonerating,
        Aspect::SoughtByOthers,
        -(f64::from(conduct.was_asked) * 0.25).min(2.0),
    );
    if profile.verified {
        add(FactCode::Exonerating, Aspect::Verified, -2.0);
    }
    found
}

/// The sum of it but for ties to others: those whom an account knows of old may be of the same hand.
pub(crate) fn without_ties(evidence: &[Evidence]) -> f64 {
    evidence
        .iter()
        .filter(|one| !matches!(one.aspect, Aspect::OldTies | Aspect::SoughtByOthers))
        .map(|one| one.weight)
        .sum()
}

/// The sum of it.
pub(crate) fn total(evidence: &[Evidence]) -> f64 {
    evidence.iter().map(|one| one.weight).sum()
}
