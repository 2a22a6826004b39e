//! The numbers that a report tells, counted once so that every form tells the same.

use std::collections::BTreeMap;

use avert_model::{
    AccountId, Contact, ContactTier, Dossier, Fact, Finding, MemberKind, NoticeTotals, PlanTotals,
    ReportPart, Timestamp,
};

use super::ReportOptions;
use super::privacy::{Privacy, by_tier};

/// What stands in the place of words that were purged.
pub(super) const PURGED: &str = "(purged)";

/// A dossier with everything counted that is told more than once.
#[derive(Debug)]
pub(super) struct Brief<'a> {
    pub(super) dossier: &'a Dossier,
    pub(super) options: ReportOptions,
    pub(super) privacy: Privacy<'a>,
    /// The people reached, strongest tier first.
    pub(super) contacts: Vec<&'a Contact>,
    /// How many people there are in each tier, strongest first.
    pub(super) tiers: [(ContactTier, u64); 4],
    /// Accounts disabled or restricted and not put back.
    pub(super) in_effect: u64,
    /// Accounts put back as they were.
    pub(super) restored: u64,
    /// People whose notice was accepted by a channel.
    pub(super) told: u64,
    /// People on a notice list that was not refused.
    pub(super) listed: u64,
}

impl<'a> Brief<'a> {
    pub(super) fn new(dossier: &'a Dossier, options: ReportOptions) -> Self {
        let privacy = Privacy::new(dossier, options.list_contacts);
        let contacts = privacy.contacts(&dossier.contacts);
        let lists = || dossier.notice_lists.iter();
        Self {
            tiers: by_tier(&contacts),
            in_effect: total(dossier.plans.iter().map(|plan| plan.totals.done)),
            restored: total(dossier.plans.iter().map(|plan| plan.totals.restored)),
            told: total(lists().map(|list| list.totals.sent)),
            listed: total(
                lists()
                    .filter(|list| !is_refused(&list.state))
                    .map(|list| total(notice_rows(&list.totals).map(|(_, number)| number))),
            ),
            dossier,
            options,
            privacy,
            contacts,
        }
    }

    /// Whether a part is told in this report.
    pub(super) fn tells(&self, part: ReportPart) -> bool {
        let words = self.dossier.words.as_ref();
        words.is_none_or(|words| !words.leaves_out.contains(&part))
    }

    /// What somebody wrote for it, by paragraphs.
    pub(super) fn paragraphs(&self) -> Vec<&'a str> {
        let text = self.dossier.words.as_ref().map_or("", |words| &words.text);
        let paragraphs = text.split("\n\n").map(str::trim);
        paragraphs.filter(|text| !text.is_empty()).collect()
    }

    /// How many people were reached.
    pub(super) fn reached(&self) -> u64 {
        self.contacts.len() as u64
    }

    /// How many accounts are taken for a made-up person or one in other hands.
    pub(super) fn hostile(&self) -> u64 {
        self.privacy.count(MemberKind::Persona) + self.privacy.count(MemberKind::Compromised)
    }

    /// The platforms, each once, in order of appearance.
    pub(super) fn platforms(&self) -> Vec<&'a str> {
        let mut platforms: Vec<&str> = Vec::new();
        for finding in &self.dossier.findings {
            if !platforms.contains(&finding.platform.as_str()) {
                platforms.push(&finding.platform);
            }
        }
        platforms
    }

    /// The first and last contact between a network and anybody outside it.
    pub(super) fn contact_period(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        (
            self.contacts
                .iter()
                .filter_map(|contact| contact.first_at)
                .min(),
            self.contacts
                .iter()
                .filter_map(|contact| contact.last_at)
                .max(),
        )
    }

    /// Every fact of every finding and member.
    pub(super) fn facts(&self) -> impl Iterator<Item = &'a Fact> {
        self.dossier.findings.iter().flat_map(|finding| {
            finding
                .facts
                .iter()
                .chain(finding.members.iter().flat_map(|member| &member.facts))
        })
    }

    /// What a finding is called here: `The network`, or `Network 2` when there are several.
    pub(super) fn network_name(&self, index: usize) -> String {
        if self.dossier.findings.len() == 1 {
            "The network".to_owned()
        } else {
            format!("Network {}", index + 1)
        }
    }

    /// How many people each of the finding's members reached, in the members' order.
    pub(super) fn reached_by(&self, finding: &Finding) -> Vec<u64> {
        let mut reached: BTreeMap<_, u64> = BTreeMap::new();
        for via in self.contacts.iter().flat_map(|contact| &contact.via) {
            *reached.entry(&via.account).or_default() += 1;
        }
        finding
            .members
            .iter()
            .map(|member| reached.get(&member.account).copied().unwrap_or_default())
            .collect()
    }

    /// Whether what the case held was purged, so that what is missing was there before.
    pub(super) fn is_purged(&self) -> bool {
        self.dossier.purged_at.is_some()
    }

    /// What stands where there is nothing: that it was purged, or else this.
    pub(super) fn nothing(&self, otherwise: &'static str) -> &'static str {
        if self.is_purged() { PURGED } else { otherwise }
    }

    /// Whether a plan acted on this account and it is as it was again.
    pub(super) fn is_put_back(&self, account: &AccountId) -> bool {
        let mut plans = self.dossier.plans.iter();
        plans.any(|plan| plan.put_back.contains(account)) && !self.is_acted_on(account)
    }

    /// How many accounts are disabled or restricted though people took them out of the case.
    pub(super) fn acted_on_and_taken_out(&self) -> u64 {
        let out = self.dossier.taken_out().into_iter();
        out.filter(|account| self.is_acted_on(account)).count() as u64
    }

    /// Whether a plan has this account disabled or restricted at present.
    pub(super) fn is_acted_on(&self, account: &AccountId) -> bool {
        self.dossier
            .plans
            .iter()
            .any(|plan| plan.acted_on.contains(account))
    }
}

/// A sum that stops at the largest number: totals in a file may be anything.
pub(super) fn total(numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers.into_iter().fold(0, u64::saturating_add)
}

/// How the steps of a plan ended, in words; every total of a plan is here, so that they add up.
pub(super) fn plan_rows(totals: &PlanTotals) -> [(&'static str, u64); 7] {
    [
        ("In effect, checked by reading back", totals.done),
        (
            "Put back as it was, checked by reading back",
            totals.restored,
        ),
        ("Waiting", totals.waiting),
        (
            "Left alone: the account had changed since the plan was made",
            totals.drifted,
        ),
        ("Tried and failed", totals.failed),
        (
            "Not put back: somebody changed the account after the takedown",
            totals.kept_changed,
        ),
        ("Watched only", totals.watched),
    ]
}

/// How the notices of a list ended, in words; every total of a list is here, so that they add up.
pub(super) fn notice_rows(totals: &NoticeTotals) -> [(&'static str, u64); 5] {
    [
        ("Accepted by the channel", totals.sent),
        ("Waiting", totals.waiting),
        ("In doubt: nobody knows whether it arrived", totals.in_doubt),
        ("Undeliverable", totals.undeliverable),
        ("Left out on purpose", totals.suppressed),
    ]
}

/// Whether a plan or list in this state never will be carried out.
pub(super) fn is_refused(state: &str) -> bool {
    matches!(state, "rejected" | "expired" | "voided" | "withdrawn")
}

/// Whether a plan or list in this state needs nobody any more.
pub(super) fn is_settled(state: &str) -> bool {
    is_refused(state)
        || matches!(
            state,
            "executed" | "reversed" | "rolled-back" | "sent" | "done"
        )
}
