//! Who may act when: the rules, once more and from nothing but what was asked.

use std::collections::BTreeSet;

use avert_model::{PlanId, Timestamp};
use avert_ops::people::{People, Person, Role, Signatures};
use avert_ops::takedown::Plan;

use crate::common::{device_of, key_of};

/// A yes that counted when it was given.
#[derive(Debug, Clone)]
pub(crate) struct Yes {
    pub(crate) by: &'static str,
    pub(crate) key: &'static str,
    pub(crate) content: String,
    pub(crate) until: Timestamp,
}

/// The rules, once more.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) plan: Option<PlanId>,
    pub(crate) authors: BTreeSet<&'static str>,
    pub(crate) yes: Option<Yes>,
    /// A yes that somebody wrote over in the store.
    pub(crate) scribbled: Option<Yes>,
    pub(crate) frozen: bool,
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) omar_is_not_trusted: bool,
    pub(crate) omar_has_another_key: bool,
    pub(crate) digests: Vec<String>,
    /// How often something became of the plan that ends what waits for a signature.
    pub(crate) turn: usize,
}

impl Rules {
    /// The yes counts no more, wherever it is kept.
    pub(crate) fn take_back(&mut self) {
        (self.yes, self.scribbled) = (None, None);
        self.turn += 1;
    }

    pub(crate) fn key_of(&self, name: &'static str) -> &'static str {
        match name {
            "omar" if self.omar_has_another_key => "omar's other key",
            other => other,
        }
    }

    pub(crate) fn may_approve(&self, name: &str) -> bool {
        name == "ada" || (name == "omar" && !self.omar_is_not_trusted)
    }

    pub(crate) fn may_execute(name: &str) -> bool {
        matches!(name, "rana" | "ada")
    }

    /// Why this person may not act now on a plan that says this; none where they may.
    pub(crate) fn forbid(
        &self,
        by: &str,
        now: Timestamp,
        content: Option<&str>,
    ) -> Option<&'static str> {
        let Some(yes) = &self.yes else {
            return Some("nobody has said yes");
        };
        if !Self::may_execute(by) {
            return Some("whoever acts may not");
        }
        if self.frozen {
            return Some("everything is frozen");
        }
        if self.starts_at.is_some_and(|at| now < at) {
            return Some("it is too early");
        }
        if Some(yes.content.as_str()) != content {
            return Some("the yes was to something else");
        }
        if now >= yes.until {
            return Some("the yes has run out");
        }
        if self.authors.contains(yes.by) {
            return Some("whoever said yes wrote it");
        }
        if !self.may_approve(yes.by) || self.key_of(yes.by) != yes.key {
            return Some("the yes is no longer of somebody who may say it");
        }
        None
    }

    pub(crate) fn people(&self) -> People {
        let people = [
            ("ines", vec![Role::Investigator]),
            (
                "omar",
                if self.omar_is_not_trusted {
                    vec![]
                } else {
                    vec![Role::Approver]
                },
            ),
            ("rana", vec![Role::Responder]),
            (
                "ada",
                vec![Role::Investigator, Role::Approver, Role::Responder],
            ),
            ("olga", vec![Role::Operator]),
        ];
        let people = people.into_iter().map(|(name, roles)| {
            let person = Person {
                roles: roles.into_iter().collect(),
                keys: vec![key_of(self.key_of(name)).public_key().clone()],
                passkeys: vec![device_of(self.key_of(name)).passkey()],
            };
            (name.to_owned(), person)
        });
        People::new(people, Signatures::Required)
    }
}

/// What a plan says, for whoever approves it, without any digest.
pub(crate) fn content(plan: &Plan) -> String {
    let header = plan.header();
    let steps = header.steps.iter().map(|step| {
        let says = (&step.account, step.kind, step.remedy, &step.reason);
        format!("{says:?} {:?} {:?}", step.prior, step.footprint)
    });
    format!(
        "{:?} {:?} {:?}",
        (header.id, header.case, &header.platform, header.on_failure),
        header.rollout,
        steps.collect::<Vec<_>>()
    )
}
