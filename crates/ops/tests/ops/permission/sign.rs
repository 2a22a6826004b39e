//! How somebody says yes: at once with an SSH key, or with a passkey that is asked in between.

use avert_model::{SignedDuration, Timestamp};
use avert_ops::review::{ApprovalRecord, Assent, Seal, Signed, Unsigned};
use avert_ops::takedown::{self, Plan};
use proptest::prelude::*;

use super::Trial;
use super::acts::{Reviewed, Twist};
use super::rules::{Yes, content};
use crate::common::authenticator::Asked;
use crate::common::{KeyOf, device_of};

const VALIDITY: SignedDuration = SignedDuration::from_hours(72);

/// A yes that waits for its signature.
pub(crate) struct Pending {
    unsigned: Unsigned,
    by: &'static str,
    reviewed: String,
    content: String,
    at: Timestamp,
    /// How often a yes was taken back, given or used until then.
    turn: usize,
}

impl Trial {
    pub(crate) fn approve(
        &mut self,
        by: &'static str,
        key: &'static str,
        reviewed: Reviewed,
        before: Option<&Plan>,
    ) -> Result<(), TestCaseError> {
        let Some(plan) = before else {
            return Ok(());
        };
        let reviewed = self.digest(plan, reviewed);
        let signer = KeyOf(key);
        let assent = Assent {
            reviewed: &reviewed,
            validity: VALIDITY,
            signer: Some(&signer),
        };
        let id = plan.header().id;
        let approved = self
            .world
            .as_(by, |desk, _| takedown::approve(desk, id, &assent));
        if approved.is_ok() {
            let until = self.world.now + VALIDITY;
            self.taken(plan, &reviewed, (by, key), until)?;
        }
        Ok(())
    }

    /// Asks what to sign.
    pub(crate) fn prepare(&mut self, by: &'static str, reviewed: Reviewed, before: Option<&Plan>) {
        let Some(plan) = before else {
            return;
        };
        let (id, reviewed) = (plan.header().id, self.digest(plan, reviewed));
        let prepared = self.world.as_(by, |desk, _| {
            takedown::to_sign(desk, id, &reviewed, VALIDITY)
        });
        if let Ok(unsigned) = prepared {
            self.pending = Some(Pending {
                unsigned,
                by,
                reviewed,
                content: content(plan),
                at: self.world.now,
                turn: self.rules.turn,
            });
        }
    }

    /// Has a device answer, and hands that in; it stays there and may be handed in again.
    pub(crate) fn hand_in(
        &mut self,
        by: &'static str,
        device: &'static str,
        twist: Twist,
        before: Option<&Plan>,
    ) -> Result<(), TestCaseError> {
        let (Some(plan), Some(pending)) = (before, self.pending.take()) else {
            return Ok(());
        };
        let (id, real) = (plan.header().id, &pending.unsigned.record);
        let mut asked = Asked::rightly();
        let mut record = real.clone();
        match twist {
            Twist::None => {}
            Twist::Unverified => asked.flags = 0x01,
            Twist::OtherPage => asked.origin = "https://example.org",
            Twist::Longer => record.expires_at += SignedDuration::from_hours(1),
            Twist::Anothers => by.clone_into(&mut record.approved_by),
            Twist::Now => {
                record = ApprovalRecord {
                    approved_at: self.world.now,
                    expires_at: self.world.now + VALIDITY,
                    ..record
                }
            }
        }
        let seal: Seal = device_of(device)
            .answer(&pending.unsigned.challenge, &asked)
            .into();
        let signed = Signed {
            record: &record,
            seal: &seal,
            validity: VALIDITY,
        };
        let is_as_prepared = record == *real;
        let approved = self
            .world
            .as_(by, |desk, _| takedown::approve_signed(desk, id, signed));
        if approved.is_ok() {
            let good = matches!(twist, Twist::None | Twist::Now | Twist::Anothers);
            prop_assert!(good && is_as_prepared, "{twist:?} was taken");
            prop_assert_eq!(by, pending.by, "somebody else's yes");
            prop_assert_eq!(&pending.content, &content(plan));
            prop_assert_eq!(pending.turn, self.rules.turn, "it went on since");
            let waited = self.world.now.duration_since(pending.at);
            prop_assert!(waited <= SignedDuration::from_mins(10), "{waited:?}");
            let until = pending.at + VALIDITY;
            self.taken(plan, &pending.reviewed, (by, device), until)?;
        }
        self.pending = Some(pending);
        Ok(())
    }

    /// What they say that they reviewed.
    fn digest(&self, plan: &Plan, reviewed: Reviewed) -> String {
        let digest = plan.header().digest();
        match reviewed {
            Reviewed::Whole => digest,
            Reviewed::Beginning => digest[..32].to_owned(),
            Reviewed::TooLittle => digest[..31].to_owned(),
            Reviewed::Other => "0".repeat(64),
            Reviewed::Old => {
                let mut older = self.rules.digests.iter().rev().skip(1);
                older.next().cloned().unwrap_or_else(|| "1".repeat(64))
            }
        }
    }

    /// A yes was taken. Whatever state the plan was in: one that breaks a rule never is.
    fn taken(
        &mut self,
        plan: &Plan,
        reviewed: &str,
        (by, key): (&'static str, &'static str),
        until: Timestamp,
    ) -> Result<(), TestCaseError> {
        let header = plan.header();
        prop_assert!(self.rules.may_approve(by), "{by} may not approve");
        prop_assert!(!self.rules.authors.contains(by), "{by} wrote it");
        prop_assert!(header.digest().starts_with(reviewed) && reviewed.len() >= 32);
        prop_assert_eq!(key, self.rules.key_of(by), "somebody else's key");
        let stored = format!(
            "SELECT state, body FROM plans WHERE id = {}",
            header.id.number()
        );
        let stored = self.ground.rows(&stored);
        self.approved = Some(
            stored[0]
                .iter()
                .map(|text| text.replace('\'', "''"))
                .collect(),
        );
        self.rules.scribbled = None;
        self.rules.turn += 1;
        self.rules.yes = Some(Yes {
            by,
            key,
            content: content(plan),
            until,
        });
        Ok(())
    }
}
