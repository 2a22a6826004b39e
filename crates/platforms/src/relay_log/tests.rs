//! Logs as Postfix writes them, of notices tried at noon.

use std::fs;

use proptest::prelude::*;

use super::*;

const NOON: &str = "2017-12-18T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn key(person: &str) -> OperationKey {
    OperationKey::new("case-1", "notice", person)
}

/// A log that begins before noon and ends after it, in UTC, read a week later. `ANN` is her key.
fn log(lines: &str) -> RelayLog {
    let mut log = RelayLog::about([key("ann")], at("2017-12-25T00:00:00Z"), TimeZone::UTC);
    let whole = format!(
        "Dec 18 11:30:00 mail postfix/qmgr[7]: 3ZZZZZ: removed\n{lines}\n\
         Dec 18 12:30:00 mail postfix/cleanup[8]: 4ZZZZZ: message-id=<else@example.net>\n"
    );
    log.read_from(whole.replace("ANN", key("ann").as_str()).as_bytes())
        .unwrap();
    log
}

fn check(lines: &str, fate: Fate, left: Left) {
    let log = log(lines);
    assert_eq!(log.fate(&key("ann")), fate, "{lines}");
    assert_eq!(log.left(&key("ann"), at(NOON)), left, "{lines}");
}

fn status(text: &str) -> Status {
    Status::parse(text).unwrap()
}

const TAKEN: &str = "\
Dec 18 12:00:00 mail postfix/smtpd[9]: 4C8sX10: client=avert.example.org[192.0.2.2]
Dec 18 12:00:00 mail postfix/cleanup[8]: 4C8sX10: message-id=<ANN@example.org>
Dec 18 12:00:00 mail postfix/qmgr[7]: 4C8sX10: from=<safety@example.org>, size=2047, nrcpt=1 (queue active)";

const SENT: &str = "\
Dec 18 12:00:01 mail postfix/smtp[6]: 4C8sX10: to=<ann@example.com>, relay=mx.example.com[192.0.2.1]:25, \
delay=1.2, delays=0.1/0/0.6/0.5, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77)
Dec 18 12:00:01 mail postfix/qmgr[7]: 4C8sX10: removed";

const DEFERRED: &str = "\
Dec 18 12:00:01 mail postfix/smtp[6]: 4C8sX10: to=<ann@example.com>, relay=none, delay=30, \
delays=0.1/0/30/0, dsn=4.4.1, status=deferred (connect to mx.example.com[192.0.2.1]:25: Connection timed out)";

const BOUNCED: &str = "\
Dec 18 12:00:01 mail postfix/smtp[6]: 4C8sX10: to=<ann@example.com>, relay=mx.example.com[192.0.2.1]:25, \
delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.example.com said: 550 5.1.1 status=sent (no))";

#[test]
fn a_mail_the_next_server_took_was_sent() {
    let status = status("2.0.0");
    check(
        &format!("{TAKEN}\n{SENT}"),
        Fate::Sent { status },
        Left::Yes,
    );
}

#[test]
fn a_mail_in_the_queue_has_left() {
    check(TAKEN, Fate::Accepted, Left::Yes);
    let status = status("4.4.1");
    check(
        &format!("{TAKEN}\n{DEFERRED}"),
        Fate::Deferred { status },
        Left::Yes,
    );
}

#[test]
fn a_mail_that_was_late_and_then_sent_was_sent() {
    let status = status("2.0.0");
    check(
        &format!("{TAKEN}\n{DEFERRED}\n{SENT}"),
        Fate::Sent { status },
        Left::Yes,
    );
}

#[test]
fn what_another_server_says_is_no_field_of_the_log() {
    let status = status("5.1.1");
    check(
        &format!("{TAKEN}\n{BOUNCED}"),
        Fate::Bounced { status },
        Left::Yes,
    );
}

#[test]
fn a_mail_given_up_after_days_bounced() {
    let given_up = "Dec 18 12:30:00 mail postfix/qmgr[7]: 4C8sX10: from=<safety@example.org>, \
                    status=expired, returned to sender";
    let status = status("4.4.7");
    check(
        &format!("{TAKEN}\n{DEFERRED}\n{given_up}"),
        Fate::Bounced { status },
        Left::Yes,
    );
}

#[test]
fn a_mail_the_relay_refused_did_not_leave() {
    let seen = TAKEN.lines().take(2).collect::<Vec<_>>().join("\n");
    let refused = "Dec 18 12:00:00 mail postfix/cleanup[8]: 4C8sX10: milter-reject: END-OF-MESSAGE from \
                   avert.example.org[192.0.2.2]: 5.7.1 looks like spam; from=<safety@example.org> \
                   to=<ann@example.com> proto=ESMTP helo=<avert>";
    check(&format!("{seen}\n{refused}"), Fate::Refused, Left::No);
    // Without a word of refusal it may lie in the queue, where nobody has looked yet.
    check(&seen, Fate::Seen, Left::CannotTell);
}

#[test]
fn a_mail_that_is_not_there_did_not_leave() {
    check("", Fate::NotSeen, Left::No);
    check(
        "Dec 18 12:00:00 mail postfix/cleanup[8]: 4C8sX10: message-id=<else@example.org>",
        Fate::NotSeen,
        Left::No,
    );
}

#[test]
fn a_mail_that_is_not_there_may_have_left_when_the_log_was_not_kept() {
    let log = log("");
    for (moment, left) in [
        ("2017-12-18T11:39:59Z", Left::CannotTell),
        ("2017-12-18T11:40:00Z", Left::No),
        ("2017-12-18T12:20:00Z", Left::No),
        ("2017-12-18T12:20:01Z", Left::CannotTell),
        ("2016-12-18T12:00:00Z", Left::CannotTell),
    ] {
        assert_eq!(log.left(&key("ann"), at(moment)), left, "{moment}");
    }
    assert_eq!(log.lines(), 2);
}

#[test]
fn a_log_that_is_silent_for_long_proves_no_absence() {
    let mut log = RelayLog::about([key("ann")], at("2017-12-25T00:00:00Z"), TimeZone::UTC);
    let lines: String = ["11:00:00", "11:30:00", "12:30:01", "13:00:00"]
        .map(|time| {
            format!("Dec 18 {time} mail postfix/cleanup[8]: 3ZZZZ: message-id=<a@example.net>\n")
        })
        .concat();
    log.read_from(lines.as_bytes()).unwrap();
    let covered = ["11:15:00", "12:00:00", "12:45:00"]
        .map(|time| log.covers(at(&format!("2017-12-18T{time}Z"))));
    assert_eq!(covered, [true, false, true]);
    assert_eq!(log.left(&key("ann"), at(NOON)), Left::CannotTell);
}

#[test]
fn a_log_that_says_it_lost_lines_proves_no_absence() {
    for loss in [
        "Dec 18 12:00:00 mail rsyslogd: imuxsock lost 204 messages from pid 9 due to rate-limiting",
        "Dec 18 12:00:00 mail rsyslogd: imuxsock[pid: 9]: begin to drop messages due to rate-limiting",
        "Dec 18 12:00:00 mail systemd-journald[1]: Suppressed 12 messages from postfix.service",
    ] {
        check(loss, Fate::NotSeen, Left::CannotTell);
        assert_eq!(log(loss).losses(), 1);
    }
}

#[test]
fn a_log_without_message_ids_proves_no_absence() {
    let mut log = RelayLog::about([key("ann")], at("2017-12-25T00:00:00Z"), TimeZone::UTC);
    let lines = "Dec 18 11:30:00 mail postfix/qmgr[7]: 3ZZZZZ: removed\n\
                 Dec 18 12:30:00 mail postfix/qmgr[7]: 4ZZZZZ: removed\n";
    log.read_from(lines.as_bytes()).unwrap();
    assert_eq!(log.left(&key("ann"), at(NOON)), Left::CannotTell);
}

#[test]
fn the_return_path_names_the_notice_where_its_message_id_was_not_logged() {
    let line = "Dec 18 12:00:00 mail postfix/qmgr[7]: 4C8sX10: from=<bounces+ANN@example.org>, size=9, \
                nrcpt=1 (queue active)";
    check(line, Fate::Accepted, Left::Yes);
}

#[test]
fn an_id_of_the_queue_that_is_used_again_is_another_mail() {
    let status = status("2.0.0");
    let again = "Dec 18 12:10:00 mail postfix/cleanup[8]: 4C8sX10: message-id=<else@example.net>";
    check(
        &format!("{TAKEN}\n{SENT}\n{again}\n{BOUNCED}"),
        Fate::Sent { status },
        Left::Yes,
    );
    check(
        &format!("{TAKEN}\n{again}\n{BOUNCED}"),
        Fate::Accepted,
        Left::Yes,
    );
}

#[test]
fn a_filter_that_takes_the_mail_in_again_leaves_the_second_one_to_tell() {
    let again = TAKEN.replace("4C8sX10", "5D9tY21");
    check(
        &format!("{TAKEN}\n{SENT}\n{again}"),
        Fate::Accepted,
        Left::Yes,
    );
    let status = status("5.1.1");
    let bounced = BOUNCED.replace("4C8sX10", "5D9tY21");
    check(
        &format!("{TAKEN}\n{SENT}\n{again}\n{bounced}"),
        Fate::Bounced { status },
        Left::Yes,
    );
}

#[test]
fn times_with_an_offset_and_services_with_names_are_understood() {
    let lines = "\
2017-12-18T13:00:00.123456+01:00 mail postfix/submission/smtpd[9]: 4C8sX10: client=avert.example.org[192.0.2.2]
2017-12-18T13:00:00.223456+01:00 mail postfix-out/cleanup[8]: 4C8sX10: message-id=<ANN@example.org>
2017-12-18T13:00:00.323456+01:00 mail postfix-out/qmgr[7]: 4C8sX10: from=<safety@example.org>, size=1, nrcpt=1 (queue active)";
    check(lines, Fate::Accepted, Left::Yes);
}

#[test]
fn a_time_without_a_year_is_the_last_one_before_now_where_the_relay_stands() {
    let zone = TimeZone::get("Europe/Warsaw").unwrap();
    for (now, stamp, meant) in [
        (
            "2018-01-02T00:00:00Z",
            "Dec 31 23:30:00",
            "2017-12-31T22:30:00Z",
        ),
        (
            "2018-01-02T00:00:00Z",
            "Jan  1 00:30:00",
            "2017-12-31T23:30:00Z",
        ),
        (
            "2018-01-02T00:00:00Z",
            "Jan  3 00:30:00",
            "2018-01-02T23:30:00Z",
        ),
        (
            "2018-01-02T00:00:00Z",
            "Jan  3 01:30:00",
            "2017-01-03T00:30:00Z",
        ),
        (
            "2018-01-02T00:00:00Z",
            "Feb 29 12:00:00",
            "2016-02-29T11:00:00Z",
        ),
    ] {
        let mut log = RelayLog::about([], at(now), zone.clone());
        let line = format!("{stamp} mail postfix/qmgr[7]: 3ZZZZZ: removed\n");
        log.read_from(line.as_bytes()).unwrap();
        assert_eq!(log.spans(), [(at(meant), at(meant))], "{stamp}");
    }
}

#[test]
fn rotated_files_cover_what_lies_between_them_only_if_they_follow_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let line = |time: &str| {
        format!("Dec 18 {time} mail postfix/cleanup[8]: 3Z: message-id=<a@example.net>\n")
    };
    for (begin, covers) in [("12:05:00", true), ("12:30:00", false)] {
        let mut log = RelayLog::about([key("ann")], at("2017-12-25T00:00:00Z"), TimeZone::UTC);
        for (name, from, to) in [
            ("mail.log.1", "11:30:00", "12:00:00"),
            ("mail.log", begin, "12:50:00"),
        ] {
            let path = folder.path().join(name);
            fs::write(
                &path,
                line(from).replace("3Z", "3ZZZZ") + &line(to).replace("3Z", "3ZZZZ"),
            )
            .unwrap();
            log.read(&path).unwrap();
        }
        assert_eq!(log.covers(at("2017-12-18T12:02:00Z")), covers, "{begin}");
    }
}

#[test]
fn a_line_that_is_half_written_or_without_end_is_left_out() {
    let mut log = RelayLog::about([key("ann")], at("2017-12-25T00:00:00Z"), TimeZone::UTC);
    let endless = "x".repeat(1 << 20);
    let lines = format!("{endless} {TAKEN}\n{TAKEN}").replace("ANN", key("ann").as_str());
    let cut = lines.len() - 5;
    log.read_from(&lines.as_bytes()[..cut]).unwrap();
    // What was left out is the first line of the first mail, and the last of the second.
    assert_eq!(log.lines(), 4);
    let missing = log.read(Path::new("/nowhere/mail.log")).unwrap_err();
    assert_eq!(missing.code(), "notify/relay-log");
}

#[test]
fn nobodys_address_is_kept() {
    let log = log(&format!("{TAKEN}\n{DEFERRED}"));
    let shown = format!("{log:?}");
    assert!(
        !shown.contains('@') && !shown.contains("example"),
        "{shown}"
    );
}

#[test]
fn notices_in_a_folder_are_known_by_their_message_id() {
    let folder = tempfile::tempdir().unwrap();
    for (name, id) in [
        ("1", key("ann").to_string()),
        ("2", "else".into()),
        ("3", key("cem").to_string()),
    ] {
        let mail = format!(
            "Subject: A notice\nMessage-ID: <{id}@example.org>\n\nMessage-ID: <{}@b>\n",
            key("bob")
        );
        fs::write(folder.path().join(name), mail).unwrap();
    }
    let keys = [key("ann"), key("bob")].into();
    let found = found_in(folder.path(), &keys).unwrap();
    assert_eq!(found, [key("ann")].into());
    assert!(found_in(&folder.path().join("missing"), &keys).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..500), at in 0_usize..600) {
        let mut log = log(&format!("{TAKEN}\n{SENT}"));
        let mut lines = format!("{TAKEN}\n{DEFERRED}\n{BOUNCED}\n{SENT}\n").into_bytes();
        let at = at.min(lines.len());
        lines.splice(at..at, bytes);
        log.read_from(&lines[..]).unwrap();
    }
}
