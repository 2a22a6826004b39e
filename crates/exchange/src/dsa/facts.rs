//! The facts behind a decision, in words that name nobody.
//!
//! Every word is written here. Of what was found only kinds and counts are told: no fact's own text, no
//! thing that accounts share, no id, and of a layer that a mapping file introduced not even its name.

use std::fmt::Write as _;

use avert_model::{ActedAccount, FactCode, Found, Layer, Measure, MemberKind, Probability};

/// `decision_facts`: at most 5,000 characters, which no account comes near.
pub(super) fn told(account: &ActedAccount) -> String {
    let mut text = String::new();
    match &account.found {
        Some(found) => found_out(&mut text, account.kind, found),
        None => text.push_str(
            "Automated analysis of activity on the platform found that this account acts as one with \
             others.",
        ),
    }
    text.push_str(
        " One person proposed the measure and a second person, who had no part in the proposal, \
         approved it before it was carried out.",
    );
    text.push_str(match account.measure {
        Measure::Disable => {
            " The account cannot be signed in to; its data is kept, and the measure can be undone."
        }
        Measure::Restrict => {
            " The account can be signed in to and can read, and cannot write; the measure can be undone."
        }
        Measure::Secure => {
            " Every session of the account was ended and its password made void, so that its owner alone \
             can take it back."
        }
    });
    if account.restored_at.is_some() {
        text.push_str(" The measure was undone since.");
    }
    text
}

fn found_out(text: &mut String, kind: MemberKind, found: &Found) {
    // Writing to a `String` cannot fail.
    let _ = write!(
        text,
        "Automated analysis of activity on the platform found a network of {} that act as one, with a \
         probability of {}.",
        counted(found.network_accounts, "account", "accounts"),
        percent(found.network_probability)
    );
    let taken_for = match kind {
        MemberKind::Persona => "the account of a person who does not exist",
        MemberKind::Compromised => "an account that is used by somebody other than its owner",
        MemberKind::Suspect => "an account that acts together with it",
    };
    let _ = write!(
        text,
        " With a probability of {} this is {taken_for}.",
        percent(found.probability)
    );
    let ties = ties(&found.layers);
    if !ties.is_empty() {
        let _ = write!(text, " What ties it to the network: {}.", ties.join(", "));
    }
    for fact in &found.facts {
        if let Some(sentence) = sentence(*fact) {
            let _ = write!(text, " {sentence}");
        }
    }
    if found.people_reached > 0 {
        let _ = write!(
            text,
            " The network reached {}.",
            counted(found.people_reached, "person", "people")
        );
    }
    if found.exonerating > 0 {
        let _ = write!(
            text,
            " {} for the account and {} weighed.",
            counted(found.exonerating, "fact speaks", "facts speak"),
            if found.exonerating == 1 {
                "was"
            } else {
                "were"
            }
        );
    }
}

/// What accounts share, each kind once.
fn ties(layers: &[Layer]) -> Vec<&'static str> {
    let mut ties = Vec::new();
    for layer in layers {
        let tie = tie(layer);
        if !ties.contains(&tie) {
            ties.push(tie);
        }
    }
    ties
}

fn tie(layer: &Layer) -> &'static str {
    match layer {
        Layer::ContactedPerson => "the same people were approached",
        Layer::Ip => "the same network addresses",
        Layer::Device => "the same devices",
        Layer::Avatar => "the same profile pictures",
        Layer::Phrase => "the same wording",
        Layer::EmailStem => "e-mail addresses made after one pattern",
        Layer::Link => "the same links",
        Layer::File => "the same files",
        Layer::SharedContent => "the same content passed on",
        Layer::Hashtag => "the same hashtags",
        Layer::Domain => "the same web sites",
        Layer::Referee => "the same accounts that vouch",
        Layer::Money => "the same counterparties of payments",
        Layer::Registration => "registration in one sitting",
        Layer::Activity => "the same pattern of activity",
        Layer::Custom(_) => "a signal of the platform's own",
    }
}

/// What a kind of fact says beyond the ties; nothing where the ties have said it.
fn sentence(fact: FactCode) -> Option<&'static str> {
    match fact {
        FactCode::SharedObjects | FactCode::Exonerating => None,
        FactCode::IndependentLayers => {
            Some("Several independent kinds of evidence tie the same accounts.")
        }
        FactCode::BeyondChance => Some("The ties are more than chance explains."),
        FactCode::ApproachesStrangers => Some("Most of whom it contacted were strangers to it."),
        FactCode::RegisteredTogether => {
            Some("Accounts of the network were registered close together in time.")
        }
        FactCode::TouchesSeed => Some("It is tied to accounts or things that were known before."),
        FactCode::DeliversToContacts => {
            Some("It gave links or files to people whom it had befriended.")
        }
        FactCode::AbruptChange => {
            Some("Its devices or addresses changed abruptly after a history of honest use.")
        }
        FactCode::ReportedByContacts => Some("People whom it approached reported it."),
        FactCode::UnlikelyHours => Some("It is active while people sleep where it claims to be."),
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Rounded down, as in reports, and never 100 %: detection is sure of nothing.
fn percent(probability: Probability) -> String {
    // What is written as 0.29 lies a little below it.
    let percent = (probability.get() * 100.0 + 1e-9).floor().min(99.0);
    format!("{percent:.0} %")
}
