//! A list's states; each transition consumes the state it leaves.

use avert_model::Timestamp;

use super::list::NoticeHeader;
use crate::people::{Actor, People};
use crate::review::{
    self, Approval, ApprovalRecord, Here, ReviewError, Standing, Subject, Use, Yes,
};

/// A list, in the state it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeList {
    /// Waiting for a second person.
    InReview(ListInReview),
    /// May be sent until its approval expires.
    Approved(ApprovedList),
    /// A second person said no.
    Rejected(RejectedList),
    /// Its approval ran out unused.
    Expired(ExpiredList),
    /// Begun.
    Sending(SendingList),
    /// Every notice has ended, and none is in doubt.
    Sent(SentList),
}

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident of $variant:ident { $($field:ident: $kind:ty),* },)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub struct $name {
                /// What all states have in common.
                pub header: NoticeHeader,
                $(
                    /// What this state holds besides.
                    pub $field: $kind,
                )*
            }

            impl From<$name> for NoticeList {
                fn from(state: $name) -> NoticeList {
                    NoticeList::$variant(state)
                }
            }
        )+

        impl NoticeList {
            /// What all states have in common.
            pub fn header(&self) -> &NoticeHeader {
                match self {
                    $(Self::$variant(state) => &state.header,)+
                }
            }
        }
    };
}

states! {
    /// Waiting for a second person.
    ListInReview of InReview {},
    /// May be sent until its approval expires.
    ApprovedList of Approved { approval: ApprovalRecord },
    /// A second person said no.
    RejectedList of Rejected { reason: String },
    /// Its approval ran out unused.
    ExpiredList of Expired { approval: ApprovalRecord },
    /// Begun.
    SendingList of Sending { approval: ApprovalRecord },
    /// Every notice has ended.
    SentList of Sent { approval: ApprovalRecord },
}

impl NoticeList {
    /// The state's name, as tables and files have it.
    pub fn state(&self) -> &'static str {
        match self {
            Self::InReview(_) => "in-review",
            Self::Approved(_) => "approved",
            Self::Rejected(_) => "rejected",
            Self::Expired(_) => "expired",
            Self::Sending(_) => "sending",
            Self::Sent(_) => "sent",
        }
    }

    /// The yes it carries, if it carries one.
    pub fn approval(&self) -> Option<&ApprovalRecord> {
        match self {
            Self::Approved(ApprovedList { approval, .. })
            | Self::Expired(ExpiredList { approval, .. })
            | Self::Sending(SendingList { approval, .. })
            | Self::Sent(SentList { approval, .. }) => Some(approval),
            Self::InReview(_) | Self::Rejected(_) => None,
        }
    }
}

impl NoticeHeader {
    /// What is approved.
    pub(super) fn subject(&self) -> Subject {
        Subject {
            id: self.id.to_string(),
            digest: self.digest(),
            authors: self.authors(),
        }
    }
}

impl ListInReview {
    /// A second person says yes.
    pub(crate) fn approve(
        self,
        by: &Actor,
        yes: &Yes<'_>,
        here: Here<'_>,
    ) -> Result<ApprovedList, ReviewError> {
        Ok(ApprovedList {
            approval: review::approve(by, &self.header.subject(), yes, here)?,
            header: self.header,
        })
    }

    /// A second person says no.
    pub(crate) fn reject(self, reason: String) -> RejectedList {
        RejectedList {
            header: self.header,
            reason,
        }
    }
}

impl ApprovedList {
    /// Permission to begin, if the yes still holds for what the list says now.
    pub(crate) fn mint(
        &self,
        people: &People,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<Approval, ReviewError> {
        let to = (standing, Use::Begin);
        review::mint(&self.approval, &self.header.subject(), people, to, now)
    }

    /// Begins.
    pub(crate) fn begin(self, permission: &Approval) -> SendingList {
        assert!(
            permission.covers(&self.header.digest()),
            "a permission acts on its own list only"
        );
        SendingList {
            header: self.header,
            approval: self.approval,
        }
    }

    /// Runs out.
    pub(crate) fn expire(self) -> ExpiredList {
        ExpiredList {
            header: self.header,
            approval: self.approval,
        }
    }
}

impl SendingList {
    /// A second person says yes again: the first yes ran out before the end.
    pub(crate) fn renew(
        self,
        by: &Actor,
        yes: &Yes<'_>,
        here: Here<'_>,
    ) -> Result<SendingList, ReviewError> {
        Ok(SendingList {
            approval: review::approve(by, &self.header.subject(), yes, here)?,
            header: self.header,
        })
    }

    /// Permission to go on.
    pub(crate) fn mint(
        &self,
        people: &People,
        standing: &Standing,
        now: Timestamp,
    ) -> Result<Approval, ReviewError> {
        let to = (standing, Use::GoOn);
        review::mint(&self.approval, &self.header.subject(), people, to, now)
    }

    /// Comes to its end.
    pub(crate) fn finish(self) -> SentList {
        SentList {
            header: self.header,
            approval: self.approval,
        }
    }
}
