//! Who is a contact, and how close.

use super::*;

/// Reads actions written `who verb whom [object] [@day]` (`-` is nobody) about the networks
/// `p1 p2` and `q1`, where `q1` was taken over on day 50, and writes the contacts of both.
fn check(actions: &str, expect: &[&str]) {
    assert_eq!(read(actions), expect, "{actions}");
}

fn read(actions: &str) -> Vec<String> {
    let networks = [
        vec![("p2".into(), None), ("p1".into(), None)],
        vec![("q1".into(), Some(50))],
    ];
    let excluded = ["p1", "p2", "q1", "s1"].map(AccountId::from).into();
    let mut book = ContactBook::new(&networks, &excluded);
    let lines = || {
        actions
            .split(';')
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    lines().for_each(|line| book.shared(&row(line)));
    lines().for_each(|line| book.passed(&row(line)));
    let mut anna = Account::bare("anna".into());
    anna.language = Some("pl".to_owned());
    book.language(&anna);
    book.language(&Account::bare("nobody".into()));
    book.finish()
        .iter()
        .zip(["p", "q"])
        .flat_map(|(contacts, network)| {
            contacts
                .iter()
                .map(move |contact| format!("{network}: {}", written(contact)))
        })
        .collect()
}

fn row(line: &str) -> ActionRow<'_> {
    let mut words = line.split_whitespace();
    let mut word = || words.next().filter(|word| *word != "-");
    let account = word().unwrap();
    let mut row = ActionRow::new(account, word().unwrap().parse().unwrap());
    row.target = word();
    for word in words {
        match word.strip_prefix('@') {
            Some(day) => row.at = Some(day.parse().unwrap()),
            None => row.object = Some(word),
        }
    }
    row
}

fn written(contact: &Contact) -> String {
    let when = |first: Option<Timestamp>, last: Option<Timestamp>| {
        first.zip(last).map_or_else(String::new, |(first, last)| {
            format!(" {}-{}", first.as_microsecond(), last.as_microsecond())
        })
    };
    let via: Vec<String> = contact
        .via
        .iter()
        .map(|via| {
            let when = when(via.first_at, via.last_at);
            format!("{} {}{when}", via.account, via.tier.as_str())
        })
        .collect();
    format!(
        "{} {}{} via {}",
        contact.account,
        contact.tier.as_str(),
        when(contact.first_at, contact.last_at),
        via.join(", ")
    )
}

fn tier(actions: &str) -> String {
    let contacts = read(actions);
    let [contact] = contacts.as_slice() else {
        panic!("expected one contact of {actions}: {contacts:?}");
    };
    contact.split_whitespace().nth(2).unwrap().to_owned()
}

#[test]
fn looking_asking_and_refusing_are_saw() {
    for verb in [
        "view-profile",
        "request-contact",
        "decline-contact",
        "react",
        "report-abuse",
    ] {
        assert_eq!(tier(&format!("p1 {verb} anna")), "saw");
        assert_eq!(tier(&format!("anna {verb} p1")), "saw");
    }
    assert_eq!(tier("p1 follow anna"), "saw");
}

#[test]
fn saying_yes_following_and_paying_are_connected() {
    assert_eq!(
        tier("p1 request-contact anna; anna accept-contact p1"),
        "connected"
    );
    assert_eq!(
        tier("anna request-contact p1; p1 accept-contact anna"),
        "connected"
    );
    assert_eq!(tier("anna follow p1"), "connected");
    assert_eq!(tier("anna transfer p1"), "connected");
}

#[test]
fn what_a_persona_writes_to_a_stranger_is_only_saw() {
    assert_eq!(tier("p1 message anna"), "saw");
    assert_eq!(tier("p1 share-link anna https://a.example.org"), "saw");
}

#[test]
fn what_a_persona_writes_is_talk_once_they_are_connected_in_whatever_order() {
    assert_eq!(tier("anna accept-contact p1; p1 message anna"), "talked");
    assert_eq!(tier("p1 message anna; anna accept-contact p1"), "talked");
    assert_eq!(tier("p1 share-file anna f; anna follow p1"), "talked");
}

#[test]
fn whatever_the_person_writes_is_talk() {
    assert_eq!(tier("anna message p1"), "talked");
    assert_eq!(tier("p1 message anna; anna reply p1"), "talked");
    assert_eq!(tier("anna share-file p1 f"), "talked");
    assert_eq!(tier("p1 reply anna"), "talked");
}

#[test]
fn following_a_link_or_opening_a_file_is_the_strongest() {
    assert_eq!(
        tier("anna click-link p1 https://a.example.org"),
        "clicked-or-opened"
    );
    assert_eq!(
        tier("anna open-file p1 f; anna message p1"),
        "clicked-or-opened"
    );
    // The other way round the persona opened what it was given.
    assert_eq!(tier("p1 open-file anna f"), "saw");
}

#[test]
fn a_click_that_names_nobody_counts_for_the_members_who_had_given_the_thing() {
    check(
        "anna click-link - u @9; p1 share-link anna u @5; p2 share-link anna u @11; p2 share-link anna w @1",
        &["p: anna clicked-or-opened 1-11 via p1 clicked-or-opened 5-9, p2 saw 1-11"],
    );
}

#[test]
fn a_click_on_what_was_shown_to_everybody_or_given_by_others_does_not_count() {
    check("p1 share-link - u; anna click-link - u", &[]);
    check(
        "ola share-link anna u; anna click-link - u; anna click-link ola u",
        &[],
    );
    check(
        "p1 share-link ola u @1; anna click-link - u @2",
        &["p: ola saw 1-1 via p1 saw 1-1"],
    );
}

#[test]
fn each_contact_has_its_strongest_tier_and_the_whole_time_over_all_members() {
    check(
        "p2 request-contact anna @3; anna decline-contact p2 @4; p1 request-contact anna @7; \
         anna accept-contact p1 @9; p1 view-profile ola; anna message p1 @8",
        &[
            "p: anna talked 3-9 via p1 talked 7-9, p2 saw 3-4",
            "p: ola saw via p1 saw",
        ],
    );
}

#[test]
fn contacts_are_sorted_strongest_first_then_by_id() {
    check(
        "p1 view-profile zoe; p1 view-profile bea; cyd follow p1; abe message p1",
        &[
            "p: abe talked via p1 talked",
            "p: cyd connected via p1 connected",
            "p: bea saw via p1 saw",
            "p: zoe saw via p1 saw",
        ],
    );
}

#[test]
fn members_and_suspects_of_any_network_are_nobodys_contacts() {
    check(
        "p1 message p2; q1 message p1 @60; p1 message s1; s1 message p1; p1 message p1",
        &[],
    );
}

#[test]
fn old_friends_of_an_account_that_was_taken_over_are_no_contacts() {
    check(
        "anna accept-contact q1 @10; anna message q1 @20; q1 message anna @49",
        &[],
    );
    check(
        "q1 message anna; q1 share-link anna u @49; anna click-link - u @60",
        &[],
    );
}

#[test]
fn an_old_friend_who_is_written_to_after_the_takeover_is_a_contact_from_then_on() {
    check(
        "anna accept-contact q1 @10; q1 message anna @50",
        &["q: anna talked 50-50 via q1 talked 50-50"],
    );
    check("q1 message ola @51", &["q: ola saw 51-51 via q1 saw 51-51"]);
}

#[test]
fn one_person_may_be_reached_by_two_networks() {
    check(
        "p1 message anna @1; anna reply q1 @70",
        &[
            "p: anna saw 1-1 via p1 saw 1-1",
            "q: anna talked 70-70 via q1 talked 70-70",
        ],
    );
}

#[test]
fn the_language_is_the_one_the_account_asks_for() {
    let networks = [vec![("p1".into(), None)]];
    let mut book = ContactBook::new(&networks, &BTreeSet::new());
    book.passed(&row("p1 message anna"));
    book.passed(&row("p1 message ola"));
    let mut anna = Account::bare("anna".into());
    anna.language = Some("pl".to_owned());
    book.language(&anna);
    let languages: Vec<_> = book
        .finish()
        .remove(0)
        .into_iter()
        .map(|c| c.language)
        .collect();
    assert_eq!(languages, [Some("pl".to_owned()), None]);
}

#[test]
fn strangers_among_themselves_leave_nothing_in_the_book() {
    let mut book = ContactBook::new(&[vec![("p1".into(), None)]], &BTreeSet::new());
    for line in [
        "anna message ola",
        "anna share-link ola u",
        "ola click-link - u",
        "ola sign-in -",
    ] {
        book.shared(&row(line));
        book.passed(&row(line));
    }
    assert_eq!((book.people.len(), book.objects.len()), (0, 0));
    assert!(book.gifts.is_empty() && book.between.is_empty());
}
