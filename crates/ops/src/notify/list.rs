//! What is to be told to whom.

use std::collections::BTreeMap;

use avert_model::{
    AccountId, CaseId, ContactTier, Email, NoticeListId, NoticeListSummary, NoticeTotals, PlanId,
    Signature,
};
use serde::{Deserialize, Serialize};

use super::state::NoticeList;
use super::text;
use crate::ports::{OperationKey, OutgoingNotice};
use crate::review::ApprovalRecord;

/// What all states of a list have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeHeader {
    /// The list.
    pub id: NoticeListId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The takedown it tells of.
    pub plan: PlanId,
    /// The channel it goes out on, by its name in the configuration.
    pub channel: String,
    /// The channels that are tried, each once and in this order, for whom the one before cannot reach.
    pub fallback: Vec<String>,
    /// What the text calls the platform.
    pub service: String,
    /// How many accounts the takedown disabled or restricted; the text says so.
    pub accounts_acted_on: u64,
    /// How many accounts of the takedown are awake because somebody changed them after it was drafted,
    /// and whoever drafted this list said that people are to be told nevertheless.
    pub although_awake: u64,
    /// How many people the network reached who are not on the list because they belong to another
    /// network themselves.
    pub left_out: u64,
    /// How many people the network reached who are not on the list because they were in contact only
    /// with accounts that the takedown has not closed: left out of it, only watched or secured, changed
    /// by others, or given back.
    pub by_others_only: u64,
    /// How many people asked for a language that there is no text in, and get another.
    pub untranslated: u64,
    /// One for each person, sorted by account.
    pub notices: Vec<Notice>,
    /// Who did what to it, oldest first.
    pub signatures: Vec<Signature>,
}

/// What one person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The person's account; of several, the one that came closest to harm.
    pub account: AccountId,
    /// Their other accounts that were reached: one person is told once.
    pub others: Vec<AccountId>,
    /// How close they came to harm.
    pub tier: ContactTier,
    /// The language the text is in, as a BCP 47 tag.
    pub language: String,
    /// Where mail reaches them, if that is known.
    pub email: Option<Email>,
    /// How far it has come.
    pub phase: NoticePhase,
    /// On which of the list's channels it goes out, from 0.
    pub via: usize,
    /// What else there is to say: the channel's receipt, or why not.
    pub note: String,
}

/// How far a notice has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoticePhase {
    /// Not begun.
    Planned,
    /// About to leave; the claim is written.
    Claimed,
    /// The channel accepted it.
    Sent,
    /// The channel said that it cannot be delivered.
    Undeliverable,
    /// Left out on purpose.
    Suppressed,
    /// It may have left and nobody knows.
    InDoubt,
}

impl NoticePhase {
    /// The word used in tables and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Claimed => "claimed",
            Self::Sent => "sent",
            Self::Undeliverable => "undeliverable",
            Self::Suppressed => "suppressed",
            Self::InDoubt => "in-doubt",
        }
    }
}

impl Notice {
    /// Every account of the person.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        std::iter::once(&self.account).chain(&self.others)
    }
}

/// Every text that a list needs, written once.
pub(crate) struct Texts(BTreeMap<(ContactTier, String), text::Written>);

impl NoticeHeader {
    /// Its channels, in the order in which they are tried.
    pub fn channels(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.channel)
            .chain(&self.fallback)
            .map(String::as_str)
    }

    /// Writes the texts.
    pub(crate) fn texts(&self) -> Texts {
        let mut texts = BTreeMap::new();
        for notice in &self.notices {
            let key = (notice.tier, notice.language.clone());
            texts.entry(key).or_insert_with(|| {
                text::write(
                    &notice.language,
                    notice.tier,
                    &self.service,
                    self.accounts_acted_on,
                    &self.case.to_string(),
                )
            });
        }
        Texts(texts)
    }

    /// Whom a notice is for, without a text: enough to say which lane it goes by.
    pub(crate) fn addressed(&self, index: usize) -> OutgoingNotice {
        let notice = &self.notices[index];
        OutgoingNotice {
            account: notice.account.clone(),
            email: notice.email.clone(),
            subject: String::new(),
            body: String::new(),
            language: String::new(),
            right_to_left: false,
            case: String::new(),
        }
    }

    /// The digest of exactly what would be told to whom: every person with tier, language and
    /// address, and every text, word for word.
    pub fn digest(&self) -> String {
        let people: Vec<_> = self
            .notices
            .iter()
            .map(|notice| {
                (
                    (&notice.account, &notice.others),
                    notice.tier,
                    &notice.language,
                    notice.email.as_ref().map(Email::expose),
                )
            })
            .collect();
        let texts: Vec<_> = self
            .previews()
            .into_iter()
            .map(|preview| (preview.subject, preview.body))
            .collect();
        let content = (
            "avert notice list 2",
            self.id,
            self.case,
            self.plan,
            (&self.channel, &self.fallback),
            (self.although_awake, self.left_out),
            people,
            texts,
        );
        blake3::hash(crate::store::to_json(&content).as_bytes())
            .to_hex()
            .to_string()
    }

    /// Everybody who had a hand in what it says.
    pub(crate) fn authors(&self) -> Vec<String> {
        let wrote = |signature: &&Signature| signature.act == "drafted";
        self.signatures
            .iter()
            .filter(wrote)
            .map(|signature| signature.by.clone())
            .collect()
    }

    /// Where a notice goes back to that certainly did not arrive: to be sent again, unless somebody ended
    /// the list before its end.
    pub(crate) fn not_arrived(&self) -> NoticePhase {
        let mut signatures = self.signatures.iter();
        if signatures.any(|signature| signature.act == "given up") {
            NoticePhase::Undeliverable
        } else {
            NoticePhase::Planned
        }
    }

    /// How many notices are in this phase.
    pub(crate) fn count(&self, phase: NoticePhase) -> u64 {
        self.notices
            .iter()
            .filter(|notice| notice.phase == phase)
            .count() as u64
    }

    /// The notice as the channel gets it.
    pub(crate) fn outgoing(&self, notice: &Notice, texts: &Texts) -> OutgoingNotice {
        let key = (notice.tier, notice.language.clone());
        let written = texts
            .0
            .get(&key)
            .expect("texts are written for every notice");
        OutgoingNotice {
            account: notice.account.clone(),
            email: notice.email.clone(),
            subject: written.subject.clone(),
            body: written.body.clone(),
            language: written.language.to_owned(),
            right_to_left: written.right_to_left,
            case: self.case.to_string(),
        }
    }

    /// The key of a notice: one for each case and person, whichever list it stands on. Cases of two
    /// stores have the same numbers, so the store is part of it.
    pub(crate) fn key(&self, store: &str, account: &AccountId) -> OperationKey {
        OperationKey::new(
            &format!("{store} {}", self.case),
            "notice",
            account.as_str(),
        )
    }

    fn previews(&self) -> Vec<Preview> {
        let mut people: BTreeMap<(ContactTier, &str), u64> = BTreeMap::new();
        for notice in &self.notices {
            *people.entry((notice.tier, &notice.language)).or_default() += 1;
        }
        let texts = self.texts().0.into_iter();
        texts
            .map(|((tier, language), written)| Preview {
                tier,
                people: people[&(tier, language.as_str())],
                language: written.language.to_owned(),
                right_to_left: written.right_to_left,
                subject: written.subject,
                body: written.body,
            })
            .collect()
    }
}

/// A text as people will get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Preview {
    /// Whom it is for.
    pub tier: ContactTier,
    /// The language, as a BCP 47 tag.
    pub language: String,
    /// Whether it runs from right to left.
    pub right_to_left: bool,
    /// How many people get it.
    pub people: u64,
    /// One line.
    pub subject: String,
    /// The text.
    pub body: String,
}

/// Every text of a list, once for each tier and language that occurs in it, weakest tier first.
pub fn preview(list: &NoticeList) -> Vec<Preview> {
    list.header().previews()
}

/// How its notices stand. They add up to the number of people on it.
pub fn totals(list: &NoticeList) -> NoticeTotals {
    let mut totals = NoticeTotals::default();
    for notice in &list.header().notices {
        *match notice.phase {
            NoticePhase::Planned => &mut totals.waiting,
            NoticePhase::Sent => &mut totals.sent,
            NoticePhase::Undeliverable => &mut totals.undeliverable,
            NoticePhase::Suppressed => &mut totals.suppressed,
            NoticePhase::Claimed | NoticePhase::InDoubt => &mut totals.in_doubt,
        } += 1;
    }
    totals
}

/// The list as a report tells it.
pub fn summary(list: &NoticeList) -> NoticeListSummary {
    let header = list.header();
    NoticeListSummary {
        id: header.id,
        channel: header.channel.clone(),
        state: list.state().to_owned(),
        digest: header.digest(),
        signatures: header.signatures.clone(),
        approval: list.approval().map(ApprovalRecord::summary),
        totals: totals(list),
    }
}
