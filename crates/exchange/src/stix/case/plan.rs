//! What was done about a case, and what a second person thought of it.

use avert_model::PlanSummary;
use serde_json::json;

use super::Teller;
use crate::report::sentence;

impl<'a> Teller<'a> {
    pub(super) fn plan(&mut self, plan: &'a PlanSummary) {
        let campaign = self.told.campaign.clone();
        let opinion = opinion_of(plan).map(|(opinion, explanation)| {
            json!({
                "opinion": opinion,
                "explanation": explanation,
                "object_refs": [campaign.as_str()],
            })
        });
        let (acted, back) = (plan.acted_on.len() as u64, plan.put_back.len() as u64);
        if acted + back > 0 {
            let rounding = self.telling.rounding;
            let action = self.domain(
                "course-of-action",
                &plan.id.to_string(),
                json!({
                    "name": format!("Accounts acted on ({})", plan.platform),
                    "description": sentence(&format!(
                        "{} disabled or restricted, {} as they were again.",
                        rounding.count(acted, "account is", "accounts are"),
                        rounding.count(back, "account is", "accounts are"),
                    )),
                }),
            );
            self.relate(&action, "related-to", &campaign);
            self.told.actions.push((plan, action));
        }
        if let Some(opinion) = opinion {
            self.domain("opinion", &plan.id.to_string(), opinion);
        }
    }
}

/// Whether a second person approved what it does.
pub(crate) fn is_approved(plan: &PlanSummary) -> bool {
    let mut signatures = plan.signatures.iter();
    plan.approval.is_some() || signatures.any(|one| one.act == "approved")
}

/// What a second person thought of it, as far as a decision says.
fn opinion_of(plan: &PlanSummary) -> Option<(&'static str, &'static str)> {
    if plan.state == "rejected" {
        return Some((
            "disagree",
            "A second person reviewed what was proposed against the accounts, and rejected it.",
        ));
    }
    is_approved(plan).then_some((
        "agree",
        "A second person reviewed what was proposed against the accounts, and approved it.",
    ))
}
