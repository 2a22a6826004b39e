//! Everything that somebody can do, to a plan and to the store behind it.

use avert_ops::appeals::{Decision, Heard};
use avert_ops::ports::Remedy;
use proptest::prelude::*;

/// What an approver gives as the digest they reviewed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reviewed {
    Whole,
    Beginning,
    TooLittle,
    Other,
    Old,
}

/// What is wrong with a passkey's yes that is handed in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Twist {
    None,
    Unverified,
    OtherPage,
    /// It would hold longer.
    Longer,
    /// It is said to be of whoever hands it in.
    Anothers,
    /// It is said to be of this moment.
    Now,
}

/// What is done to the stored plan behind Avert's back.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tamper {
    Expiry,
    Giver,
    Unsigned,
    Digest,
    State,
    Remedy,
    Account,
    /// How the accounts were when the plan was drafted.
    Prior,
    /// The plan as it stood when it was approved last.
    Replay,
}

impl Tamper {
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Expiry => "UPDATE plans SET body = replace(body, '2017-12-', '2019-12-')",
            Self::Giver => {
                "UPDATE plans SET body = replace(body, '\"approved_by\":\"omar\"', '\"approved_by\":\"ada\"')"
            }
            Self::Unsigned => {
                "UPDATE plans SET body = replace(body, '\"signature\":', '\"scribble\":')"
            }
            Self::Digest => {
                "UPDATE plans SET body = replace(body, '\"digest\":\"', '\"digest\":\"0')"
            }
            Self::State => "UPDATE plans SET state = 'approved'",
            Self::Remedy => "UPDATE plan_steps SET remedy = '\"restrict\"' WHERE account = 'p1'",
            Self::Account => "UPDATE plan_steps SET account = 'c1' WHERE account = 'p3'",
            Self::Prior => "UPDATE plan_steps SET prior = replace(prior, 'active', 'disabled')",
            // What is written depends on what was there.
            Self::Replay => "",
        }
    }
}

/// Everything that somebody can do.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Draft {
        rolls_back: bool,
        later: bool,
        shares: bool,
    },
    Drop(&'static str),
    Set(&'static str, Remedy),
    Stage(bool),
    Submit,
    Approve(&'static str, Reviewed),
    /// Asks what to sign, and has somebody's device sign it.
    Prepare(Reviewed),
    HandIn(&'static str, Twist),
    Reject,
    Execute,
    Resume,
    Reverse,
    Freeze,
    Thaw,
    Appeal(&'static str),
    Decide(Decision),
    /// Whoever appealed is told, or somebody says that they know.
    Tell,
    Resolve(Heard),
    Close,
    Purge,
    Pass(i64),
    /// For so many minutes.
    Wait(i64),
    Break(usize, bool),
    Mend,
    /// omar is trusted with approving, or no more.
    Trust(bool),
    /// omar has another key from now on, or the old one again.
    NewKey(bool),
    Tamper(Tamper),
}

pub(crate) fn acts() -> impl Strategy<Value = Act> {
    let account = || prop::sample::select(vec!["p1", "p2", "p3", "v1", "c1"]);
    let remedy = prop::sample::select(vec![Remedy::Disable, Remedy::Restrict, Remedy::Watch]);
    let reviewed = || {
        prop_oneof![
            6 => Just(Reviewed::Whole),
            2 => Just(Reviewed::Beginning),
            1 => Just(Reviewed::TooLittle),
            1 => Just(Reviewed::Other),
            2 => Just(Reviewed::Old),
        ]
    };
    let twist = prop_oneof![
        12 => Just(Twist::None),
        1 => Just(Twist::Unverified),
        1 => Just(Twist::OtherPage),
        1 => Just(Twist::Longer),
        1 => Just(Twist::Anothers),
        1 => Just(Twist::Now),
    ];
    let key = || prop_oneof![6 => Just("omar"), 1 => Just("ada"), 1 => Just("rana")];
    prop_oneof![
        3 => any::<(bool, bool, bool)>().prop_map(|(rolls_back, later, shares)| Act::Draft {
            rolls_back, later: later && shares, shares
        }),
        1 => account().prop_map(Act::Drop),
        1 => (account(), remedy).prop_map(|(account, remedy)| Act::Set(account, remedy)),
        1 => any::<bool>().prop_map(Act::Stage),
        4 => Just(Act::Submit),
        6 => (key(), reviewed()).prop_map(|(key, reviewed)| Act::Approve(key, reviewed)),
        3 => reviewed().prop_map(Act::Prepare),
        6 => (key(), twist).prop_map(|(device, twist)| Act::HandIn(device, twist)),
        1 => Just(Act::Reject),
        10 => Just(Act::Execute),
        4 => Just(Act::Resume),
        2 => Just(Act::Reverse),
        1 => Just(Act::Freeze),
        2 => Just(Act::Thaw),
        1 => account().prop_map(Act::Appeal),
        1 => prop::sample::select(vec![Decision::Grant, Decision::Reject]).prop_map(Act::Decide),
        1 => Just(Act::Tell),
        1 => prop::sample::select(vec![Heard::Arrived, Heard::NotArrived]).prop_map(Act::Resolve),
        1 => Just(Act::Close),
        1 => Just(Act::Purge),
        1 => Just(Act::Pass(24 * 200)),
        1 => prop::sample::select(vec![9_i64, 11]).prop_map(Act::Wait),
        2 => prop::sample::select(vec![1_i64, 24, 71, 100]).prop_map(Act::Pass),
        1 => (0_usize..12, any::<bool>()).prop_map(|(call, after)| Act::Break(call, after)),
        2 => Just(Act::Mend),
        1 => any::<bool>().prop_map(Act::Trust),
        1 => any::<bool>().prop_map(Act::NewKey),
        1 => tampers().prop_map(Act::Tamper),
    ]
}

/// Something that is written over.
pub(crate) fn tampers() -> impl Strategy<Value = Tamper> {
    prop::sample::select(vec![
        Tamper::Expiry,
        Tamper::Giver,
        Tamper::Unsigned,
        Tamper::Digest,
        Tamper::State,
        Tamper::Remedy,
        Tamper::Account,
        Tamper::Prior,
        Tamper::Replay,
        Tamper::Replay,
    ])
}

/// Who does it: mostly whoever may.
pub(crate) fn who(act: &Act) -> &'static str {
    match act {
        Act::Approve(..) | Act::Prepare(_) | Act::HandIn(..) | Act::Reject => "omar",
        Act::Execute | Act::Resume | Act::Reverse | Act::Freeze | Act::Thaw => "rana",
        Act::Decide(_) | Act::Tell | Act::Resolve(_) => "ada",
        Act::Purge => "olga",
        _ => "ines",
    }
}
