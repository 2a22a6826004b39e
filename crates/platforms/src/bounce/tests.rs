//! Mails as servers and providers send them, and as nobody should.

use std::fs;

use avert_model::Explain as _;
use proptest::prelude::*;

use super::*;

const POSTFIX_FAILED: &str = include_str!("samples/postfix-failed.eml");
const POSTFIX_DELAYED: &str = include_str!("samples/postfix-delayed.eml");
const EXCHANGE_FAILED: &str = include_str!("samples/exchange-failed.eml");
const DELIVERED: &str = include_str!("samples/delivered.eml");
const COMPLAINT: &str = include_str!("samples/complaint.eml");
const AWAY: &str = include_str!("samples/away.eml");
const QMAIL: &str = include_str!("samples/qmail.eml");

fn key(person: &str) -> OperationKey {
    OperationKey::new("case-1", "notice", person)
}

/// The mail about the notice to Ann.
fn about_ann(sample: &str) -> String {
    sample.replace("KEY", key("ann").as_str())
}

fn status(text: &str) -> Status {
    Status::parse(text).unwrap()
}

/// The mail is about the notice to Ann, and says this, whichever way its lines end.
fn check(mail: &str, verdict: Verdict, arrived_at: &str) {
    let expected = Heard::Bounce(Bounce {
        key: key("ann"),
        verdict,
        arrived_at: Some(arrived_at.parse().unwrap()),
    });
    let mail = about_ann(mail);
    assert_eq!(parse(mail.as_bytes()), expected);
    assert_eq!(parse(mail.replace('\n', "\r\n").as_bytes()), expected);
}

#[test]
fn a_mail_that_failed_will_not_arrive() {
    let status = status("5.1.1");
    check(
        POSTFIX_FAILED,
        Verdict::Hard { status },
        "2017-12-19T07:30:05Z",
    );
}

#[test]
fn a_bounce_that_came_to_the_sender_is_known_by_the_mail_it_answers() {
    let status = status("5.2.2");
    check(
        EXCHANGE_FAILED,
        Verdict::Hard { status },
        "2017-12-19T10:00:00Z",
    );
    let without_references = EXCHANGE_FAILED
        .replace("In-Reply-To: <KEY@example.org>\n", "")
        .replace("References: <KEY@example.org>\n", "");
    check(
        &without_references,
        Verdict::Hard { status },
        "2017-12-19T10:00:00Z",
    );
}

#[test]
fn a_mail_that_is_late_may_still_arrive() {
    let status = status("4.4.1");
    check(
        POSTFIX_DELAYED,
        Verdict::Soft { status },
        "2017-12-19T12:30:04Z",
    );
}

#[test]
fn a_mail_given_up_after_days_has_failed_whatever_its_status() {
    let given_up = POSTFIX_DELAYED.replace("Action: delayed", "Action: failed");
    let status = status("4.4.1");
    check(&given_up, Verdict::Hard { status }, "2017-12-19T12:30:04Z");
}

#[test]
fn a_mail_that_was_delivered_is_there() {
    let status = status("2.1.5");
    check(
        DELIVERED,
        Verdict::Delivered { status },
        "2017-12-19T08:31:00Z",
    );
}

#[test]
fn a_complaint_is_known_by_the_address_the_notice_was_sent_from() {
    check(COMPLAINT, Verdict::Complaint, "2017-12-20T00:00:01Z");
    let no_spam = about_ann(COMPLAINT).replace("Feedback-Type: abuse", "Feedback-Type: not-spam");
    assert_eq!(parse(no_spam.as_bytes()), Heard::Other);
}

#[test]
fn a_report_that_travels_encoded_or_within_a_list_mail_is_read() {
    let report = "Reporting-MTA: dns; mx.example.com=0A=0AAction: failed=0AStatus: 5.1.10=0A";
    let mail = format!(
        "To: bounces+KEY@example.org\nDate: Tue, 19 Dec 2017 08:31:00 +0000\n\
         Content-Type: multipart/mixed; boundary=outer\n\n--outer\n\
         Content-Type: multipart/report; boundary=inner\n\n--inner\n\
         Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n\
         {report}\n--inner--\n--outer--\n"
    );
    let status = status("5.1.10");
    check(&mail, Verdict::Hard { status }, "2017-12-19T08:31:00Z");
}

#[test]
fn where_no_status_is_given_the_servers_words_or_the_action_tell() {
    for (given, meant) in [
        ("Status: 5.1.1\n", "5.1.1"),
        ("", "5.1.1"),
        ("Status: nonsense\n", "5.1.1"),
    ] {
        let mail = about_ann(POSTFIX_FAILED).replace("Status: 5.1.1\n", given);
        let Heard::Bounce(bounce) = parse(mail.as_bytes()) else {
            panic!("{mail}");
        };
        let status = status(meant);
        assert_eq!(bounce.verdict, Verdict::Hard { status }, "{given}");
    }
    let bare = DELIVERED.replace(
        "Action: delivered (to mailbox)\nStatus: 2.1.5",
        "Action: failed",
    );
    let status = status("5.0.0");
    check(&bare, Verdict::Hard { status }, "2017-12-19T08:31:00Z");
}

#[test]
fn the_worst_that_is_said_of_a_notice_holds() {
    let forwarded = DELIVERED.replace(
        "Status: 2.1.5\n",
        "Status: 2.1.5\n\nFinal-Recipient: rfc822; bob@example.net\nAction: failed\nStatus: 5.7.1\n",
    );
    let status = status("5.7.1");
    check(&forwarded, Verdict::Hard { status }, "2017-12-19T08:31:00Z");
}

#[test]
fn a_mail_passed_on_to_where_nobody_reports_says_nothing() {
    let relayed = about_ann(DELIVERED).replace("Action: delivered", "Action: relayed");
    assert_eq!(parse(relayed.as_bytes()), Heard::Other);
}

#[test]
fn an_answer_of_somebody_who_is_away_is_no_bounce() {
    assert_eq!(parse(about_ann(AWAY).as_bytes()), Heard::Automatic);
    let older = about_ann(AWAY).replace(
        "Auto-Submitted: auto-replied (vacation)",
        "Precedence: bulk",
    );
    assert_eq!(parse(older.as_bytes()), Heard::Automatic);
}

#[test]
fn a_bounce_in_words_is_for_a_person_to_read() {
    assert_eq!(parse(about_ann(QMAIL).as_bytes()), Heard::Unreadable);
}

#[test]
fn a_bounce_without_a_key_is_counted_and_no_other_number_is_taken_for_one() {
    for wrong in ["", "0123", &"z".repeat(32), &format!("{}0", key("ann"))] {
        let mail = POSTFIX_FAILED.replace("KEY", wrong);
        assert_eq!(parse(mail.as_bytes()), Heard::Unmatched, "{wrong}");
    }
}

#[test]
fn what_a_returned_mail_contains_is_no_report() {
    let forged =
        format!("To: bounces+KEY@example.org\nContent-Type: message/rfc822\n\n{POSTFIX_FAILED}");
    assert_eq!(parse(about_ann(&forged).as_bytes()), Heard::Other);
}

#[test]
fn garbage_is_something_else() {
    for garbage in [
        "",
        "\n",
        "\n\n\n",
        ":",
        "a",
        "From: x\n",
        "\u{0}\u{1}\u{2}",
        "Content-Type:\n\n",
    ] {
        assert_eq!(parse(garbage.as_bytes()), Heard::Other, "{garbage:?}");
    }
}

#[test]
fn a_mail_of_ten_thousand_parts_or_levels_is_read_as_far_as_it_makes_sense() {
    let nested: Vec<String> = (0..10_000)
        .map(|level| format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"))
        .collect();
    let nested = nested.concat();
    let forwarded = "Content-Type: message/rfc822\n\n".repeat(30_000);
    let digests = "Content-Type: multipart/digest; boundary=b\n\n--b\n".repeat(10_000);
    let many = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\nContent-Type: text/plain\n\nx\n".repeat(10_000)
    );
    let comments = format!("Subject: {}\n\n", "(".repeat(500_000));
    let addresses = format!("To: {}\n\n", "<\"a,".repeat(200_000));
    let headers = "A: b\n".repeat(100_000);
    let parameters = format!("Content-Type: a/b{}\n\n", "; a*0*=\"b".repeat(100_000));
    for mail in [
        nested, forwarded, digests, many, comments, addresses, headers, parameters,
    ] {
        assert_eq!(parse(mail.as_bytes()), Heard::Other);
    }
}

#[test]
fn a_report_in_front_of_fifty_megabytes_is_read_and_one_behind_them_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail.eml");
    let (begin, end) = POSTFIX_FAILED.split_once("Calm words.").unwrap();
    let mail = about_ann(begin) + &"x".repeat(50_000_000) + &about_ann(end);
    fs::write(&path, &mail).unwrap();
    let one = Count {
        bounces: 1,
        ..Count::default()
    };
    assert_eq!(read(&path, |_| {}).unwrap(), one);
    fs::write(
        &path,
        format!("From nobody\n{mail}\n\nFrom nobody\n{}", about_ann(AWAY)),
    )
    .unwrap();
    let two = Count {
        automatic: 1,
        ..one
    };
    assert_eq!(read(&path, |_| {}).unwrap(), two);
    let behind =
        about_ann(POSTFIX_FAILED).replacen("This is the mail system", &"x".repeat(2_000_000), 1);
    fs::write(&path, behind).unwrap();
    let unreadable = read(&path, |_| panic!("it lies behind the limit")).unwrap();
    assert_eq!(unreadable.bounces, 0);
}

#[test]
fn every_kind_of_mailbox_gives_the_same_bounces() {
    let folder = tempfile::tempdir().unwrap();
    let samples = [
        POSTFIX_FAILED,
        DELIVERED,
        AWAY,
        QMAIL,
        "Subject: hello\n\nhello\n",
    ];
    let mails = samples.map(about_ann);
    let mbox = mails
        .each_ref()
        .map(|mail| format!("From MAILER-DAEMON Tue Dec 19 08:30:05 2017\n{mail}\n"))
        .concat();
    let (maildir, plain) = (folder.path().join("maildir"), folder.path().join("plain"));
    for path in ["maildir/new", "maildir/cur", "maildir/tmp", "plain"] {
        fs::create_dir_all(folder.path().join(path)).unwrap();
    }
    fs::write(folder.path().join("mbox"), mbox).unwrap();
    for (number, mail) in mails.iter().enumerate() {
        let part = if number % 2 == 0 { "new" } else { "cur" };
        fs::write(maildir.join(part).join(number.to_string()), mail).unwrap();
        fs::write(plain.join(number.to_string()), mail).unwrap();
    }
    fs::write(maildir.join("tmp/half"), about_ann(POSTFIX_FAILED)).unwrap();
    let expected = Count {
        bounces: 2,
        automatic: 1,
        unreadable: 1,
        other: 1,
        ..Count::default()
    };
    for path in [maildir, plain, folder.path().join("mbox")] {
        let mut bounces = Vec::new();
        let count = read(&path, |bounce| bounces.push(bounce)).unwrap();
        assert_eq!(count, expected, "{}", path.display());
        assert!(bounces.iter().all(|bounce| bounce.key == key("ann")));
    }
    let missing = read(&folder.path().join("missing"), |_| {}).unwrap_err();
    assert_eq!(missing.code(), "notify/mailbox");
}

#[test]
fn nobodys_address_is_kept() {
    let Heard::Bounce(bounce) = parse(about_ann(POSTFIX_FAILED).as_bytes()) else {
        panic!("a bounce");
    };
    let shown = format!("{bounce:?}");
    assert!(!shown.contains('@') && !shown.contains("ann"), "{shown}");
}

/// Pieces of which mails are made, in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let tokens: Vec<Vec<u8>> = [
        "\n",
        "\r\n",
        "\n\n",
        "--b",
        "--b--",
        "--",
        "Content-Type: ",
        "multipart/report; boundary=b",
        "multipart/mixed; boundary=\"",
        "message/delivery-status",
        "message/rfc822",
        "message/feedback-report",
        "Content-Transfer-Encoding: base64\n",
        "quoted-printable",
        "Action: failed\n",
        "Status: ",
        "5.1.1",
        "Feedback-Type: abuse\n",
        "To: b+",
        "@",
        "<",
        "0123456789abcdef0123456789abcdef",
        "Date: Tue, 19 Dec 2017 08:31:00 +0000\n",
        "Date: 99 Foo 99999999 99:99:99 +9999999999\n",
        "Received: from a by b; ",
        "From ",
        "=?utf-8?b?",
        "?=",
        "(",
        "\"",
        ";",
        "charset*0*=utf-8''%",
        "=",
        "\t",
        " ",
    ]
    .iter()
    .map(|token| token.as_bytes().to_vec())
    .collect();
    let token = prop_oneof![
        9 => proptest::sample::select(tokens),
        1 => proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn no_order_of_pieces_makes_it_panic(bytes in pieces()) {
        let _ = parse(&bytes);
    }

    #[test]
    fn a_bounce_that_was_cut_or_changed_anywhere_does_not_make_it_panic(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut mail = about_ann(EXCHANGE_FAILED).into_bytes();
        let at = at.index(mail.len());
        if cut {
            mail.truncate(at);
        } else {
            mail[at] = byte;
        }
        let _ = parse(&mail);
    }
}
