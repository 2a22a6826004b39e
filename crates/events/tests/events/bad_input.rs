//! What cannot be read is named by file and row, and nothing half-read is ever stored.

use std::fmt::Write as _;

use avert_events::{OnBadRow, Snapshot};
use avert_model::Explain as _;

use crate::support::{Lab, rejects, words};

const ACCOUNTS: &str = "
[[source]]
file = \"accounts.csv\"
format = \"csv\"
table = \"accounts\"
columns = { id = \"id\", created_at = \"made\", verified = \"verified\" }
time = \"rfc3339\"
";

const ACTIONS: &str = "
[[source]]
file = \"actions.csv\"
format = \"csv\"
table = \"actions\"
verb = \"post\"
columns = { account = \"who\", at = \"when\", text = \"what\", count = \"n\" }
time = \"rfc3339\"
";

fn mapping(unknown: &str, sources: &[&str]) -> String {
    format!(
        "platform = \"example\"\n[accounts]\nunknown = \"{unknown}\"\n{}",
        sources.concat()
    )
}

/// One bad export of actions, and what is to be said of it.
struct Bad<'a> {
    /// The lines under the header `who,when,what,n`; the first and the last are good.
    body: &'a [u8],
    /// The row that is bad.
    row: u64,
    /// What its error says.
    says: &'a [&'a str],
    /// What it is counted as when it is left out.
    reason: &'a str,
    /// The accounts of the rows that are left.
    left: &'a [&'a str],
}

fn check(bad: &Bad<'_>) {
    let mapping = mapping("add", &[ACTIONS]);
    let lab = Lab::new().with("actions.csv", [b"who,when,what,n\n", bad.body].concat());
    let error = lab.ingest(&mapping, OnBadRow::Stop).unwrap_err();
    let text = words(&error);
    assert_eq!(error.code(), "ingest/bad-row");
    assert!(
        text.starts_with(&format!("actions.csv, row {}: ", bad.row)),
        "{text}"
    );
    for part in bad.says {
        assert!(text.contains(part), "'{part}' is not in: {text}");
    }
    assert!(error.hint().unwrap().contains("--on-bad-row skip"));
    lab.assert_no_snapshot();

    let report = lab.ingest(&mapping, OnBadRow::Skip).unwrap();
    assert_eq!(
        report.skipped,
        [(bad.reason.to_owned(), 1)].into(),
        "{text}"
    );
    let kept = rejects(report.rejects.as_deref());
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["file"], "actions.csv");
    assert_eq!(kept[0]["row"], bad.row);
    assert_eq!(kept[0]["reason"], bad.reason);
    assert!(text.ends_with(kept[0]["detail"].as_str().unwrap()));
    assert_eq!(actors(&lab.snapshot(&report)), bad.left);
    assert_eq!(report.rows, bad.left.len() as u64 + 1);
}

fn actors(snapshot: &Snapshot) -> Vec<String> {
    let mut actors = Vec::new();
    snapshot
        .each_action(&[], |_, action| actors.push(action.account.to_owned()))
        .unwrap();
    actors
}

#[test]
fn a_time_that_does_not_parse_is_shown() {
    check(&Bad {
        body: b"a,2017-12-18T09:30:00Z,x,1\nb,yesterday,x,1\nc,2017-12-18T09:30:00Z,x,1\n",
        row: 3,
        says: &["'when'", "'yesterday'", "no such time"],
        reason: "time cannot be read",
        left: &["a", "c"],
    });
}

#[test]
fn a_value_of_the_wrong_type_is_shown() {
    check(&Bad {
        body: b"a,,x,1\nb,,x,many\nc,,x,2\n",
        row: 3,
        says: &["'n'", "'many'", "a whole number from 1"],
        reason: "wrong type",
        left: &["a", "c"],
    });
}

#[test]
fn a_count_of_nought_is_no_count() {
    check(&Bad {
        body: b"a,,x,1\nb,,x,0\n",
        row: 3,
        says: &["'n'", "'0'"],
        reason: "wrong type",
        left: &["a"],
    });
}

#[test]
fn a_row_with_too_few_cells_is_not_filled_up() {
    check(&Bad {
        body: b"a,,x,1\nb,,x\nc,,x,2\n",
        row: 3,
        says: &["3 cells", "the header has 4"],
        reason: "wrong number of cells",
        left: &["a", "c"],
    });
}

#[test]
fn a_row_of_nobody_is_bad() {
    check(&Bad {
        body: b"a,,x,1\n,,x,1\nc,,x,2\n",
        row: 3,
        says: &["nobody is said to have done it"],
        reason: "no account",
        left: &["a", "c"],
    });
}

#[test]
fn a_nul_byte_is_bad() {
    check(&Bad {
        body: b"a,,x,1\nb,,x\0y,1\nc,,x,1\n",
        row: 3,
        says: &["'what'", "NUL"],
        reason: "NUL byte",
        left: &["a", "c"],
    });
}

#[test]
fn text_that_is_not_utf_8_is_bad() {
    check(&Bad {
        body: b"a,,x,1\nb,,Gr\xFC\xDFe,1\nc,,x,1\n",
        row: 3,
        says: &["'what'", "not UTF-8"],
        reason: "not UTF-8",
        left: &["a", "c"],
    });
}

#[test]
fn a_cell_of_ten_megabytes_is_bad() {
    let cell = "x".repeat(10 << 20);
    check(&Bad {
        body: format!("a,,x,1\nb,,{cell},1\nc,,x,1\n").as_bytes(),
        row: 3,
        says: &["'what'", "10485760 bytes", "1 MiB is the most"],
        reason: "cell too long",
        left: &["a", "c"],
    });
}

#[test]
fn row_numbers_are_line_numbers_whatever_ends_the_lines() {
    check(&Bad {
        body: b"a,,x,1\r\n\r\nb,,\"two\nlines\r\n\",1\r\n\n\r\nc,,x,bad\nd,,x,1\r\n",
        // Line 2 is a, 3 is blank, b takes 4 to 6, 7 and 8 are blank.
        row: 9,
        says: &["'bad'"],
        reason: "wrong type",
        left: &["a", "b", "d"],
    });
}

#[test]
fn a_carriage_return_alone_ends_a_line_too() {
    check(&Bad {
        body: b"a,,x,1\rb,,x,1\r\nc,,x,bad\rd,,x,1\n",
        row: 4,
        says: &["'bad'"],
        reason: "wrong type",
        left: &["a", "b", "d"],
    });
}

#[test]
fn row_numbers_stay_right_over_blank_lines_and_many_reads() {
    // Long enough for many reads, with line ends falling on every place of one.
    let mut body = String::new();
    let mut left = Vec::new();
    for number in 0..60_000 {
        let blank = ["\n", "\r\n\r\n", "\r\n", "\n\n\r\n\n"][number % 4];
        let _ = write!(body, "u{number},,x,1{blank}");
        left.push(format!("u{number}"));
    }
    let row = body.matches('\n').count() as u64 + 2;
    body.push_str("v,,x,bad\n");
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    check(&Bad {
        body: body.as_bytes(),
        row,
        says: &["'bad'"],
        reason: "wrong type",
        left: &left,
    });
}

#[test]
fn an_unclosed_quote_over_a_big_file_is_one_row_that_is_too_long() {
    let mut body = b"a,,x,1\nb,,\"never closed,1\n".to_vec();
    for _ in 0..2_000_000 {
        body.extend_from_slice(b"c,2017-12-18T09:30:00Z,x,1\n");
    }
    assert!(body.len() > 50_000_000);
    check(&Bad {
        body: &body,
        row: 3,
        says: &["longer than 12 MiB", "a quotation mark"],
        reason: "row too long",
        left: &["a"],
    });
}

#[test]
fn a_column_that_is_missing_is_named_with_those_there_are() {
    let lab = Lab::new().with("actions.csv", "who,when,words,n\na,,x,1\n");
    let error = lab
        .ingest(&mapping("add", &[ACTIONS]), OnBadRow::Skip)
        .unwrap_err();
    assert_eq!(error.code(), "ingest/missing-column");
    assert_eq!(
        words(&error),
        "actions.csv has no column 'what'; it has: who, when, words, n"
    );
    lab.assert_no_snapshot();
}

#[test]
fn a_column_that_is_there_twice_is_ambiguous() {
    let lab = Lab::new().with("actions.csv", "who,when,what,n,who\na,,x,1,b\n");
    let error = lab
        .ingest(&mapping("add", &[ACTIONS]), OnBadRow::Skip)
        .unwrap_err();
    assert_eq!(words(&error), "actions.csv has more than one column 'who'");
    lab.assert_no_snapshot();
}

#[test]
fn a_column_twice_that_is_not_read_does_no_harm() {
    let lab = Lab::new().with("actions.csv", "who,when,what,n,tag,tag\na,,x,1,b,c\n");
    let report = lab
        .ingest(&mapping("add", &[ACTIONS]), OnBadRow::Stop)
        .unwrap();
    assert_eq!(report.notes, ["actions.csv: not read: tag, tag"]);
}

#[test]
fn an_empty_file_has_no_header() {
    for bytes in ["", "\n\r\n\n", "\u{FEFF}"] {
        let lab = Lab::new().with("actions.csv", bytes);
        let error = lab
            .ingest(&mapping("add", &[ACTIONS]), OnBadRow::Skip)
            .unwrap_err();
        assert_eq!(words(&error), "actions.csv has no header line");
        lab.assert_no_snapshot();
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let lab = Lab::new();
    let error = lab
        .ingest(&mapping("add", &[ACTIONS]), OnBadRow::Skip)
        .unwrap_err();
    assert!(words(&error).contains("actions.csv cannot be read"));
    lab.assert_no_snapshot();
}

#[test]
fn a_byte_order_mark_is_not_part_of_the_first_column() {
    let lab = Lab::new().with("actions.csv", "\u{FEFF}who,when,what,n\na,,x,1\n");
    let report = lab
        .ingest(&mapping("add", &[ACTIONS]), OnBadRow::Stop)
        .unwrap();
    assert_eq!(actors(&lab.snapshot(&report)), ["a"]);
}

#[test]
fn an_account_listed_twice_names_both_rows() {
    let lab = Lab::new()
        .with("accounts.csv", "id,made,verified\nb,,yes\na,,\nb,,no\n")
        .with("actions.csv", "who,when,what,n\na,,x,1\n");
    let mapping = mapping("stop", &[ACCOUNTS, ACTIONS]);
    let error = lab.ingest(&mapping, OnBadRow::Stop).unwrap_err();
    assert_eq!(error.code(), "ingest/duplicate-account");
    assert_eq!(
        words(&error),
        "accounts.csv, row 4: account 'b' was listed already in accounts.csv, row 2"
    );
    lab.assert_no_snapshot();

    let report = lab.ingest(&mapping, OnBadRow::Skip).unwrap();
    assert_eq!(report.skipped, [("duplicate account".to_owned(), 1)].into());
    assert_eq!(rejects(report.rejects.as_deref())[0]["row"], 4);
    let accounts: Vec<_> = lab.snapshot(&report).accounts().unwrap().collect();
    assert_eq!(accounts.len(), 2);
    // The first row counts.
    assert_eq!(accounts[1].as_ref().unwrap().verified, Some(true));
}

#[test]
fn a_bad_account_is_left_out_like_a_bad_action() {
    let lab = Lab::new().with(
        "accounts.csv",
        "id,made,verified\na,,maybe\n,,yes\nc,2017-02-29T00:00:00Z,\nd,,no\n",
    );
    let mapping = mapping("stop", &[ACCOUNTS]);
    let error = lab.ingest(&mapping, OnBadRow::Stop).unwrap_err();
    assert_eq!(
        words(&error),
        "accounts.csv, row 2: column 'verified' holds 'maybe', which is not true or false"
    );
    lab.assert_no_snapshot();
    let report = lab.ingest(&mapping, OnBadRow::Skip).unwrap();
    let expected = [("no id", 1), ("time cannot be read", 1), ("wrong type", 1)];
    assert_eq!(
        report.skipped,
        expected.map(|(reason, n)| (reason.to_owned(), n)).into()
    );
    assert_eq!(report.manifest.accounts, 1);
}

#[test]
fn an_action_by_an_unknown_account_names_the_first_such_row() {
    let lab = Lab::new()
        .with("accounts.csv", "id,made,verified\na,,\nz,,\n")
        .with(
            "actions.csv",
            "who,when,what,n\na,,x,1\nnobody,,x,1\nbody,,x,1\nnobody,,x,1\nz,,x,1\n",
        );
    let stop = mapping("stop", &[ACCOUNTS, ACTIONS]);
    let error = lab.ingest(&stop, OnBadRow::Stop).unwrap_err();
    assert_eq!(error.code(), "ingest/unknown-account");
    assert_eq!(
        words(&error),
        "actions.csv, row 3: account 'nobody' is in no accounts table"
    );
    lab.assert_no_snapshot();

    // Asked for by the mapping, or by whoever leaves bad rows out.
    let skip = mapping("skip", &[ACCOUNTS, ACTIONS]);
    for (mapping, on_bad_row) in [(&skip, OnBadRow::Stop), (&stop, OnBadRow::Skip)] {
        let report = lab.ingest(mapping, on_bad_row).unwrap();
        assert_eq!(report.skipped, [("unknown account".to_owned(), 3)].into());
        let rows: Vec<_> = rejects(report.rejects.as_deref())
            .iter()
            .map(|kept| (kept["row"].as_u64().unwrap(), kept["content"].to_string()))
            .collect();
        assert_eq!(
            rows.iter().map(|(row, _)| *row).collect::<Vec<_>>(),
            [3, 4, 5]
        );
        assert!(rows[1].1.contains("body"));
        assert_eq!(actors(&lab.snapshot(&report)), ["a", "z"]);
    }

    let add = mapping("add", &[ACCOUNTS, ACTIONS]);
    let report = lab.ingest(&add, OnBadRow::Stop).unwrap();
    assert_eq!((report.manifest.accounts, report.manifest.actions), (4, 5));
}

#[test]
fn what_was_left_out_before_everything_stopped_belongs_to_nothing() {
    let lab = Lab::new()
        .with("accounts.csv", "id,made,verified\na,,\nb,soon,\n")
        .with("actions.csv", "who,when\na,x\n");
    let gone = mapping("stop", &[ACCOUNTS, ACTIONS]);
    let error = lab.ingest(&gone, OnBadRow::Skip).unwrap_err();
    assert_eq!(error.code(), "ingest/missing-column");
    let left = std::fs::read_dir(lab.path("rejects")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "a rejects file without a snapshot");
}
