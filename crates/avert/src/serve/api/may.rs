//! What somebody may do with a plan or list as it stands, so that the console offers nothing that would be
//! refused. Whether it is done is decided where it is done, once more.

use std::collections::BTreeMap;

use avert_model::{NoticeListId, PlanId, Signature};
use avert_ops::notify::NoticeList;
use avert_ops::people::{Actor, Role};
use avert_ops::takedown::Plan;

use crate::serve::runner::Running;

/// What somebody may do.
#[derive(Debug, Default, serde::Serialize, schemars::JsonSchema)]
pub(super) struct Acts {
    /// The acts, by their names as in the address they are asked for at.
    pub(super) may: Vec<&'static str>,
    /// The commands that do the same.
    pub(super) commands: BTreeMap<&'static str, String>,
}

/// Whether somebody has a role.
fn has(actor: &Actor, role: Role) -> bool {
    actor.require(role, "act").is_ok()
}

/// Whether somebody wrote what they would approve.
fn wrote(actor: &Actor, signatures: &[Signature]) -> bool {
    signatures
        .iter()
        .any(|signature| signature.by == actor.name() && signature.act != "approved")
}

fn acts(actor: &Actor, subject: &str, stage: &str, acts: Vec<(&'static str, &str)>) -> Acts {
    let mut possible = Acts::default();
    for (act, more) in acts {
        possible.may.push(act);
        let command = format!("avert --as {} {stage} {act} {subject}{more}", actor.name());
        possible.commands.insert(act, command);
    }
    possible
}

/// What somebody may do with a plan.
pub(super) fn with_plan(
    actor: &Actor,
    (id, plan): (PlanId, &Plan),
    digest: &str,
    running: Option<&Running>,
) -> Acts {
    let (writes, responds) = (has(actor, Role::Investigator), has(actor, Role::Responder));
    let judges = has(actor, Role::Approver) && !wrote(actor, &plan.header().signatures);
    let yes = format!(" --digest {}", &digest[..avert_ops::review::DIGEST_DIGITS]);
    let mut may: Vec<(&'static str, &str)> = Vec::new();
    match plan {
        // Whoever carries it out holds it; undoing alone comes in between.
        _ if running.is_some() => {
            if responds && running.is_some_and(|running| running.verb != "reverse") {
                may.push(("reverse", " --execute"));
            }
        }
        Plan::Draft(_) | Plan::Rejected(_) => {
            if writes {
                may.extend([("edit", " --reason REASON"), ("submit", "")]);
            }
        }
        Plan::InReview(_) | Plan::Expired(_) | Plan::Approved(_) => {
            if judges && !matches!(plan, Plan::Approved(_)) {
                may.push(("approve", &yes));
            }
            if judges {
                may.push(("reject", " --reason REASON"));
            }
            if writes {
                may.push(("edit", " --reason REASON"));
            }
            if responds && matches!(plan, Plan::Approved(_)) {
                may.push(("execute", " --execute"));
            }
        }
        Plan::Executing(_) | Plan::Reversing(_) | Plan::Stuck(_) => {
            if judges {
                may.push(("approve", &yes));
            }
            if responds {
                may.extend([("resume", " --execute"), ("reverse", " --execute")]);
            }
        }
        Plan::Executed(_) => {
            if responds {
                may.extend([("execute", " --execute"), ("reverse", " --execute")]);
            }
        }
        Plan::Reversed(_) | Plan::RolledBack(_) => {}
    }
    acts(actor, &id.to_string(), "takedown", may)
}

/// What somebody may do with a notice list.
pub(super) fn with_list(
    actor: &Actor,
    (id, list): (NoticeListId, &NoticeList),
    digest: &str,
    running: Option<&Running>,
) -> Acts {
    let responds = has(actor, Role::Responder);
    let judges = has(actor, Role::Approver) && !wrote(actor, &list.header().signatures);
    let yes = format!(" --digest {}", &digest[..avert_ops::review::DIGEST_DIGITS]);
    let mut may: Vec<(&'static str, &str)> = Vec::new();
    match list {
        // Whoever sends it holds it.
        _ if running.is_some() => {}
        NoticeList::InReview(_) | NoticeList::Expired(_) => {
            if judges {
                may.extend([("approve", yes.as_str()), ("reject", " --reason REASON")]);
            }
        }
        NoticeList::Approved(_) => {
            if judges {
                may.push(("reject", " --reason REASON"));
            }
            if responds {
                may.push(("send", " --execute"));
            }
        }
        NoticeList::Sending(_) => {
            if judges {
                may.push(("approve", &yes));
            }
            if responds {
                may.extend([
                    ("resume", " --execute"),
                    ("resolve", " ACCOUNT … --reason REASON"),
                    ("give-up", " --reason REASON"),
                ]);
            }
        }
        NoticeList::Sent(_) => {
            if responds {
                may.push(("resolve", " ACCOUNT … --reason REASON"));
            }
        }
        NoticeList::Rejected(_) => {}
    }
    acts(actor, &id.to_string(), "notify", may)
}
