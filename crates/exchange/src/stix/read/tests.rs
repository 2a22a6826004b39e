use super::*;
use proptest::prelude::*;
use std::io;

const MUTEX: &str =
    r#"{"type":"mutex","id":"mutex--00000000-0000-4000-8000-000000000001","name":"a"}"#;
const URL: &str = r#"{ "id" : "url--00000000-0000-4000-8000-000000000002", "value":"https://example.org/\"}]", "type":"url" }"#;

fn read_with(text: &str, limits: Limits) -> Vec<Result<String, String>> {
    let told = |read: Result<Received, ReadError>| match read {
        Ok(received) => Ok(received.object.as_str().to_owned()),
        Err(error) => Err(error.to_string()),
    };
    let one_by_one: Vec<_> = Reader::new(text.as_bytes(), limits).map(told).collect();
    let all = Reader::new(text.as_bytes(), limits).all(Ok);
    let all = all.into_iter().map(|read| told(read.and_then(|read| read)));
    assert_eq!(all.collect::<Vec<_>>(), one_by_one);
    one_by_one
}

fn read(text: &str) -> Vec<Result<String, String>> {
    read_with(text, Limits::default())
}

fn both() -> Vec<Result<String, String>> {
    vec![Ok(MUTEX.into()), Ok(URL.into())]
}

#[test]
fn bundles_envelopes_lists_and_lines_give_the_same_objects() {
    for text in [
        format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{MUTEX},{URL}]}}"#),
        format!(r#"{{"objects":[{MUTEX} , {URL}],"type":"bundle","x_more":{{"objects":[1]}}}}"#),
        format!(r#"{{"more":true,"next":"2","objects":[{MUTEX},{URL}]}}"#),
        format!("\u{feff} [{MUTEX},\n{URL}\n]\n"),
        format!("{MUTEX}\n{URL}\n"),
        format!("{MUTEX}{URL}"),
        format!(r#"{{"objects":[{MUTEX}]}} {{"type":"bundle","objects":[{URL}]}}"#),
    ] {
        assert_eq!(read(&text), both(), "{text}");
    }
}

#[test]
fn a_bundle_without_objects_and_no_text_at_all_have_none() {
    for text in ["", " \n", r#"{"type":"bundle","id":"bundle--1"}"#, "[]"] {
        assert_eq!(read(text), vec![], "{text}");
    }
}

#[test]
fn thousands_come_in_their_order_with_what_is_wrong_in_its_place() {
    let object = |number: usize| match number % 7 {
        3 => "17".to_owned(),
        _ => MUTEX.replace("\"a\"", &format!("\"a {number}\"")),
    };
    let objects: Vec<String> = (0..3_000).map(object).collect();
    let cut = format!("[{},{{\"type\":", objects.join(","));
    let read = read(&cut);
    assert_eq!(read.len(), 3_001);
    for (number, read) in read.iter().enumerate() {
        let is_there = number % 7 != 3 && number < 3_000;
        assert_eq!(read.as_ref().ok(), is_there.then(|| &objects[number]));
    }
}

#[test]
fn one_object_may_have_a_property_called_objects() {
    let object =
        r#"{"type":"x-box","id":"x-box--00000000-0000-4000-8000-000000000001","objects":[1]}"#;
    assert_eq!(read(object), vec![Ok(object.to_owned())]);
}

#[test]
fn what_is_wrong_is_told_by_its_id_and_place_and_the_rest_is_kept() {
    let unnamed = MUTEX.replace("\"name\"", "\"x_name\"");
    let broken = MUTEX.replace("\"a\"", "nothing");
    let text = format!(r#"{{"objects":[{unnamed},{MUTEX},{broken},17,{URL}]}}"#);
    let read = read(&text);
    assert_eq!(read[1], Ok(MUTEX.into()));
    assert_eq!(read[4], Ok(URL.into()));
    let error = |at: usize| read[at].clone().unwrap_err();
    assert_eq!(
        error(0),
        "object 0 is not kept: mutex--00000000-0000-4000-8000-000000000001: name: it has to be there"
    );
    assert!(error(2).contains("mutex--00000000-0000-4000-8000-000000000001: it is no JSON"));
    assert_eq!(error(3), "object 3 is not kept: it should be an object");
}

#[test]
fn no_utf_8_is_told_and_the_rest_is_kept() {
    let mut text = format!("[{MUTEX},{URL}]").into_bytes();
    let at = text.iter().position(|byte| *byte == b'a').unwrap();
    text[at] = 0xff;
    let read: Vec<_> = Reader::new(&*text, Limits::default()).collect();
    assert!(read[0].is_err());
    assert_eq!(read[1].as_ref().unwrap().object.as_str(), URL);
}

#[test]
fn what_is_too_large_or_too_deep_is_left_out_and_named() {
    let limits = Limits {
        object_bytes: 200,
        depth: 4,
        objects: 5,
    };
    let large = MUTEX.replace("\"a\"", &format!("\"{}\"", "a".repeat(100_000)));
    let deep = MUTEX.replace("\"a\"", "[[[[1]]]]");
    let text = format!("[{large},{MUTEX},{deep},{URL},{MUTEX},{MUTEX}]");
    let all = read_with(&text, limits);
    let id = "mutex--00000000-0000-4000-8000-000000000001";
    let too_large = Err(format!("object 0 ({id}) is longer than 200 bytes"));
    assert_eq!(
        all,
        vec![
            too_large.clone(),
            Ok(MUTEX.into()),
            Err(format!("object 2 ({id}) goes deeper than 4 levels")),
            Ok(URL.into()),
            Ok(MUTEX.into()),
            Err("there are more than 5 objects".into()),
        ]
    );
    let lines = format!("{large}\n{MUTEX}\n");
    assert_eq!(read_with(&lines, limits), vec![too_large, Ok(MUTEX.into())]);
}

#[test]
fn a_depth_bomb_is_an_error_and_no_overflow() {
    for bomb in ["[".repeat(1 << 20), "{\"a\":".repeat(1 << 20)] {
        let read = read(&format!("[{bomb}"));
        assert_eq!(read, vec![Err("the text ends in object 0".into())]);
    }
    let closed = format!("[{}{},{MUTEX}]", "[".repeat(9000), "]".repeat(9000));
    let read = read(&closed);
    assert_eq!(read[0], Err("object 0 goes deeper than 64 levels".into()));
    assert_eq!(read[1], Ok(MUTEX.into()));
}

#[test]
fn a_text_that_ends_early_says_where() {
    let text = format!(r#"{{"type":"bundle","objects":[{MUTEX},{URL}"#);
    let whole = read(&text);
    assert_eq!(whole[..2], both());
    assert_eq!(
        whole[2],
        Err(format!(
            "byte {}, after 2 objects: it ends in the list of objects",
            text.len()
        ))
    );
    let cut = read(&text[..text.len() - 3]);
    assert_eq!(
        cut[1],
        Err("the text ends in object 1 (url--00000000-0000-4000-8000-000000000002)".into())
    );
    let line = read(&MUTEX[..MUTEX.len() - 1]);
    assert!(line[0].is_err(), "{line:?}");
}

#[test]
fn what_is_no_stix_is_told_at_its_place() {
    for (text, told) in [
        (
            "hello",
            "byte 0, after 0 objects: a list or an object should begin here",
        ),
        (
            "{hello}",
            "byte 1, after 0 objects: a member or the end of the object should be here",
        ),
        (
            "{\"a\" 1}",
            "byte 5, after 0 objects: a colon should be here",
        ),
    ] {
        assert_eq!(read(text), vec![Err(told.into())]);
    }
    let text = format!("[{MUTEX} {MUTEX}]");
    assert!(read(&text)[1].as_ref().unwrap_err().contains("a comma"));
}

/// Gives few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let some = self.1.min(self.0.len()).min(into.len());
        into[..some].copy_from_slice(&self.0[..some]);
        self.0 = &self.0[some..];
        Ok(some)
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_go_on_for_ever(bytes in prop::collection::vec(
        prop::sample::select(b"{}[]\",:\\ \nae1\xff".to_vec()), 0..300)) {
        let read = Reader::new(&*bytes, Limits::default());
        prop_assert!(read.count() <= bytes.len() + 1);
    }

    #[test]
    fn it_does_not_matter_in_which_pieces_the_text_comes(
        texts in prop::collection::vec("[a-z{}\\[\\]\\\\\", é]{0,40}", 1..20),
        piece in 1_usize..50,
    ) {
        let objects: Vec<String> = texts.iter().map(|text| {
            let name = serde_json::to_string(text).unwrap();
            MUTEX.replace("\"a\"", &name)
        }).collect();
        let bundle = format!(r#"{{"type":"bundle","objects":[{}]}}"#, objects.join(" ,\n"));
        let read: Vec<String> = Reader::new(Drops(bundle.as_bytes(), piece), Limits::default())
            .map(|read| read.unwrap().object.as_str().to_owned())
            .collect();
        prop_assert_eq!(read, objects);
    }
}
