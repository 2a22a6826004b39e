//! A notice list as software gets it: `--format json`, and the API.

use avert_model::{AccountId, CaseId, ContactTier, NoticeListId, NoticeTotals, PlanId, Signature};
use avert_ops::notify::{self, NoticeList, NoticePhase};
use avert_ops::review::{ApprovalRecord, message};
use schemars::JsonSchema;
use serde::Serialize;

use crate::text::public_key;

/// A list as software gets it. It names accounts and never their mail addresses.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ListView<'a> {
    pub(crate) id: NoticeListId,
    pub(crate) case: CaseId,
    pub(crate) plan: PlanId,
    pub(crate) channel: &'a str,
    pub(crate) service: &'a str,
    pub(crate) although_awake: u64,
    pub(crate) left_out: u64,
    pub(crate) by_others_only: u64,
    pub(crate) state: &'static str,
    pub(crate) digest: String,
    pub(crate) approval: Option<&'a ApprovalRecord>,
    /// What the signature of the approval is over, byte for byte.
    pub(crate) signed_message: Option<String>,
    /// The passkey's public key, in PEM, where one signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_key: Option<String>,
    pub(crate) signatures: &'a [Signature],
    pub(crate) totals: NoticeTotals,
    pub(crate) notices: Vec<ListLine<'a>>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct ListLine<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) tier: ContactTier,
    pub(crate) language: &'a str,
    pub(crate) mail_address_known: bool,
    pub(crate) phase: NoticePhase,
    pub(crate) note: &'a str,
}

impl<'a> ListView<'a> {
    pub(crate) fn new(list: &'a NoticeList) -> Self {
        let header = list.header();
        Self {
            id: header.id,
            case: header.case,
            plan: header.plan,
            channel: &header.channel,
            service: &header.service,
            although_awake: header.although_awake,
            left_out: header.left_out,
            by_others_only: header.by_others_only,
            state: list.state(),
            digest: header.digest(),
            approval: list.approval(),
            signed_message: list
                .approval()
                .map(|given| message(&header.id.to_string(), given)),
            public_key: public_key(list.approval()),
            signatures: &header.signatures,
            totals: notify::totals(list),
            notices: header
                .notices
                .iter()
                .map(|notice| ListLine {
                    account: &notice.account,
                    tier: notice.tier,
                    language: &notice.language,
                    mail_address_known: notice.email.is_some(),
                    phase: notice.phase,
                    note: &notice.note,
                })
                .collect(),
        }
    }
}
