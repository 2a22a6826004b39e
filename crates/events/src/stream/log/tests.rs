//! What is logged is taken up again, whatever happened in between.

use super::*;

fn replayed(log: &mut Log) -> Vec<String> {
    let mut lines = Vec::new();
    log.replay(|line| {
        lines.push(line.to_owned());
        Ok(None)
    })
    .unwrap();
    lines
}

#[test]
fn what_stands_behind_the_last_mark_was_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    log.append("one", None).unwrap();
    log.mark(|position| position.lines = 1).unwrap();
    log.append("two", None).unwrap();
    log.append("three", None).unwrap();
    log.mark(|position| position.lines = 3).unwrap();
    drop(log);
    let path = folder.path().join("events-000001.ndjson");
    let whole = fs::read(&path).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut left_out = Vec::new();
    for cut in 0..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let mut log = Log::open(folder.path()).unwrap();
        let lines = replayed(&mut log);
        let taken = usize::try_from(log.position().lines).unwrap();
        assert_eq!(lines, ["one", "two", "three"][..taken], "cut at {cut}");
        seen.insert(taken);
        left_out.push(log.left_out());
        // And it goes on from there.
        log.append("next", None).unwrap();
        log.mark(|position| position.lines += 1).unwrap();
        drop(log);
        let mut log = Log::open(folder.path()).unwrap();
        assert_eq!(replayed(&mut log).len(), taken + 1);
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 3]);
    // Two events and all but the end of a mark.
    assert_eq!(left_out.iter().max(), Some(&3));
    assert_eq!(left_out.last(), Some(&0));
}

#[test]
fn one_process_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    let log = Log::open(folder.path()).unwrap();
    assert!(matches!(Log::open(folder.path()), Err(LogError::Held(_))));
    drop(log);
    assert!(Log::open(folder.path()).is_ok());
}

#[test]
fn old_segments_go_and_what_was_told_of_accounts_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    log.append(r#"{"id":"a"}"#, None).unwrap();
    log.append(r#"{"account":"a","verb":"post","at":5}"#, Some(5))
        .unwrap();
    log.mark(|position| position.lines = 2).unwrap();
    log.begin_segment().unwrap();
    log.append(r#"{"account":"a","verb":"post","at":9}"#, Some(9))
        .unwrap();
    log.mark(|position| position.lines = 3).unwrap();
    log.forget_before(5).unwrap();
    assert_eq!(replayed(&mut log).len(), 3, "nothing is old enough");
    log.forget_before(6).unwrap();
    let left = [r#"{"id":"a"}"#, r#"{"account":"a","verb":"post","at":9}"#];
    assert_eq!(replayed(&mut log), left);
    drop(log);
    let mut log = Log::open(folder.path()).unwrap();
    assert_eq!(log.position().lines, 3);
    assert_eq!(replayed(&mut log), left);
}

#[test]
fn a_damaged_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path()).unwrap();
    log.append("bad", None).unwrap();
    log.mark(|_| {}).unwrap();
    let told = log
        .replay(|line| Err(format!("'{line}' is odd")))
        .unwrap_err();
    let told = told.to_string();
    assert!(
        told.ends_with("events-000001.ndjson, line 2: 'bad' is odd"),
        "{told}"
    );
}
