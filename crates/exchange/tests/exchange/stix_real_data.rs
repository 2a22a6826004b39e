//! Published intelligence, read whole: nothing of it is refused, and nothing is lost.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use avert_exchange::stix::{BundleWriter, Id, Limits, Reader, Received};
use serde_json::Value;

fn data(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(name);
    assert!(
        path.is_file(),
        "the reference data is missing: there is no {}",
        path.display()
    );
    path
}

fn attack() -> String {
    let file = File::open(data("attack/enterprise-attack-18.1.stix21.json.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .unwrap();
    text
}

fn read(text: &str) -> Vec<Received> {
    let reader = Reader::new(text.as_bytes(), Limits::default());
    reader.map(|read| read.unwrap()).collect()
}

/// Every object as it stands in the text, read a second time by somebody else.
fn objects(text: &str) -> Vec<Value> {
    let bundle: Value = serde_json::from_str(text).unwrap();
    bundle["objects"].as_array().unwrap().clone()
}

#[test]
fn att_and_ck_is_valid_to_the_last_object_and_comes_out_as_it_went_in() {
    let text = attack();
    let received = read(&text);
    assert_eq!(received.len(), 24_771);
    let ids: BTreeSet<_> = received.iter().map(|one| one.object.id()).collect();
    assert_eq!(ids.len(), received.len());
    let mut bundle = Vec::new();
    let mut writer = BundleWriter::begin(&mut bundle, &Id::random("bundle", [0; 16])).unwrap();
    let mut rest = text.as_str();
    for one in &received {
        let object = one.object.as_str();
        // The next one stands right behind the last.
        let at = rest.find(object).unwrap();
        rest = &rest[at + object.len()..];
        writer.push(one.object.as_str()).unwrap();
    }
    writer.end().unwrap();
    assert!(objects(std::str::from_utf8(&bundle).unwrap()) == objects(&text));
    let lazarus = received
        .iter()
        .find(|one| {
            let ids = &one.object.head().external_ids;
            ids.iter().any(|id| id.id == "G0032")
        })
        .unwrap();
    assert_eq!(lazarus.object.kind(), "intrusion-set");
    let head = lazarus.object.head();
    assert_eq!(head.name.as_deref(), Some("Lazarus Group"));
}

#[test]
fn indicators_of_a_vendor_are_kept_although_they_use_types_of_their_own() {
    let text = std::fs::read_to_string(data("ioc/eset_lazarus_3cx.stix21.json")).unwrap();
    let received = read(&text);
    assert_eq!(received.len(), 81);
    let own = |one: &&Received| one.object.kind().starts_with("x-");
    assert!(received.iter().filter(own).count() > 0);
}
