//! Reading and writing others' collections, however their servers behave.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;

use serde_json::{Value, json};

use crate::common::hub::{GREEN, Hub, TAXII, id, malware, objects, read};
use crate::common::{avert, done};

#[test]
fn two_averts_tell_each_other_what_is_new() {
    let hub = Hub::open();
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[people]\nlena = {{ roles = [\"liaison\"] }}\n\n[sharing]\nus = \"cert\"\nname = \"CERT Example\"\n\n\
         [sharing.partner.platform]\ncommunity = true\nlimit = \"amber\"\n\n\
         [sharing.server.hub]\nurl = \"{}/taxii2/avert/collections/isac/\"\npartner = \"platform\"\nsecret_file = \"secret\"\n",
        hub.server.url
    );
    fs::write(folder.path().join("avert.toml"), config).unwrap();
    let secret = folder.path().join("secret");
    private(&secret, &hub.token("cert"));
    hub.put(
        "isac",
        &(1..30)
            .map(|number| malware(number, GREEN))
            .collect::<Vec<_>>(),
        &[],
    );

    let pull = ["--as", "lena", "--format", "json", "intel", "pull", "hub"];
    let first = done(folder.path(), &pull).json();
    assert_eq!(
        (&first[0]["new"], &first[0]["refused"]),
        (&json!(30), &json!(0)),
        "29 and their marking"
    );
    let second = done(folder.path(), &pull).json();
    assert_eq!(
        (&second[0]["new"], &second[0]["known"]),
        (&json!(0), &json!(0))
    );
    hub.put("isac", &[malware(50, GREEN)], &[]);
    assert_eq!(done(folder.path(), &pull).json()[0]["new"], 1);

    // What came from the hub goes back to nobody by itself; what is our own does.
    let own = malware(60, GREEN);
    let file = folder.path().join("own.json");
    fs::write(&file, own.to_string()).unwrap();
    let file = file.to_str().unwrap();
    done(folder.path(), &["--as", "lena", "intel", "import", file]);
    let push = [
        "--as",
        "lena",
        "--format",
        "json",
        "intel",
        "push",
        "hub",
        &id("malware", 60),
    ];
    let tried = done(folder.path(), &push).json();
    assert_eq!(
        (&tried["sent"], &tried["executed"]),
        (&json!(0), &json!(false))
    );
    let push = [&push[..], &["--execute"]].concat();
    assert_eq!(
        done(folder.path(), &push).json()["sent"],
        2,
        "it and its marking"
    );
    assert_eq!(
        done(folder.path(), &push).json()["sent"],
        0,
        "nothing is sent twice"
    );
    let bank = hub.partner("bank");
    assert!(read(&bank, &objects("isac")).contains(&id("malware", 60)));
    let who = done(
        folder.path(),
        &["--format", "json", "share", "who", &id("malware", 60)],
    )
    .json();
    let platform = who["readers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["who"] == "platform");
    assert_eq!(platform.unwrap()["did"], "has it");
}

/// A file that nobody else can read.
fn private(path: &Path, text: &str) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

/// A server that gives these answers, one after the other, and what it was asked.
fn canned(answers: Vec<String>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = std::thread::spawn(move || {
        let mut asked = Vec::new();
        for answer in answers {
            let (stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(&stream).lines();
            asked.push(lines.next().unwrap().unwrap());
            while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            (&stream).write_all(answer.as_bytes()).unwrap();
        }
        asked
    });
    (format!("http://{address}/api/collections/c/"), serving)
}

fn answer(status: &str, headers: &str, body: &str, length: usize) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {TAXII}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn page(more: bool, numbers: &[u32], last: &str, next: Option<&str>) -> String {
    let objects: Vec<Value> = numbers
        .iter()
        .map(|number| malware(*number, GREEN))
        .collect();
    let mut body = json!({ "objects": objects });
    if more {
        body["more"] = json!(true);
        body["next"] = next.map_or(Value::Null, Value::from);
    }
    let body = body.to_string();
    answer(
        "200 OK",
        &format!("x-taxii-date-added-last: {last}\r\n"),
        &body,
        body.len(),
    )
}

fn puller(url: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[people]\nlena = {{ roles = [\"liaison\"] }}\n\n[sharing.partner.other]\nlimit = \"green\"\n\n\
         [sharing.server.other]\nurl = \"{url}\"\npartner = \"other\"\n"
    );
    fs::write(folder.path().join("avert.toml"), config).unwrap();
    folder
}

const PULL: [&str; 6] = ["--as", "lena", "--format", "json", "intel", "pull"];

#[test]
fn a_page_that_breaks_off_is_kept_as_far_as_it_came_and_asked_for_again() {
    let whole = page(true, &[1, 2], "2026-01-01T00:00:00.000002Z", Some("b"));
    let cut = page(false, &[3, 4], "2026-01-01T00:00:00.000004Z", None);
    let cut = cut.split_at(cut.find("Invented 4").unwrap()).0.to_owned();
    let (url, serving) = canned(vec![whole, cut]);
    let folder = puller(&url);
    let broken = avert(folder.path(), &PULL);
    assert_eq!(broken.code, 3, "{}", broken.stderr);
    assert!(
        broken.stderr.contains("broke off after 1 objects"),
        "{}",
        broken.stderr
    );
    let asked = serving.join().unwrap();
    assert!(asked[1].contains("next=b"), "{asked:?}");

    // At another address it is another collection, and read from its beginning.
    let (url, serving) = canned(vec![page(
        false,
        &[3, 4],
        "2026-01-01T00:00:00.000004Z",
        None,
    )]);
    let configuration = folder.path().join("avert.toml");
    let text = fs::read_to_string(&configuration).unwrap();
    let old = text
        .lines()
        .find(|line| line.starts_with("url = "))
        .unwrap();
    fs::write(
        &configuration,
        text.replace(old, &format!("url = \"{url}\"")),
    )
    .unwrap();
    let again = done(folder.path(), &PULL).json();
    assert_eq!(
        (&again[0]["new"], &again[0]["known"]),
        (&json!(1), &json!(1))
    );
    assert!(!serving.join().unwrap()[0].contains("next="));
}

#[test]
fn a_server_that_leads_nowhere_is_left() {
    let same = page(true, &[1], "2026-01-01T00:00:00.000001Z", Some("x"));
    let (url, _serving) = canned(vec![same.clone(), same]);
    let lost = avert(puller(&url).path(), &PULL);
    assert!(
        lost.stderr
            .contains("says that there is more, and not where"),
        "{}",
        lost.stderr
    );

    // Nor is one followed that leads to and fro, or on and on to nothing.
    let to = |next: &str| page(true, &[1], "2026-01-01T00:00:00.000001Z", Some(next));
    let (url, _serving) = canned(vec![to("a"), to("b"), to("a"), to("b")]);
    let lost = avert(puller(&url).path(), &PULL);
    assert!(lost.stderr.contains("and not where"), "{}", lost.stderr);

    let html = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\nconnection: close\r\n\r\n<p/>";
    let (url, _serving) = canned(vec![html.to_owned()]);
    let lost = avert(puller(&url).path(), &PULL);
    assert!(
        lost.stderr.contains("which is not TAXII 2.1"),
        "{}",
        lost.stderr
    );

    let busy = answer("503 Busy", "retry-after: 0\r\n", "", 0);
    let whole = page(false, &[1], "2026-01-01T00:00:00.000001Z", None);
    let (url, _serving) = canned(vec![busy.clone(), busy, whole]);
    assert_eq!(done(puller(&url).path(), &PULL).json()[0]["new"], 1);

    let said = "{\"title\":\"not today\"}";
    let (url, _serving) = canned(vec![answer("403 Forbidden", "", said, said.len())]);
    let refused = avert(puller(&url).path(), &PULL);
    assert!(
        refused.stderr.contains("status 403: not today"),
        "{}",
        refused.stderr
    );
    assert_eq!(refused.code, 2);
}

#[test]
fn a_server_that_fails_is_told_and_the_others_are_read() {
    let html = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\nconnection: close\r\n\r\n<p/>";
    let (broken, _serving) = canned(vec![html.to_owned()]);
    let said = "{\"title\":\"not today\"}";
    let (refusing, _serving) = canned(vec![answer("403 Forbidden", "", said, said.len())]);
    let whole = page(false, &[1, 2], "2026-01-01T00:00:00.000002Z", None);
    let (right, serving) = canned(vec![whole]);
    let folder = puller(&broken);
    let configuration = folder.path().join("avert.toml");
    let mut text = fs::read_to_string(&configuration).unwrap();
    for (name, url) in [("refusing", &refusing), ("right", &right)] {
        text = format!("{text}\n[sharing.server.{name}]\nurl = \"{url}\"\npartner = \"other\"\n");
    }
    // A secret that is not there is one server's trouble as well.
    text.push_str(
        "\n[sharing.server.secret]\nurl = \"http://127.0.0.1:9/api/collections/c/\"\npartner = \"other\"\n\
         secret_file = \"nowhere\"\n",
    );
    fs::write(&configuration, text).unwrap();

    let unknown = avert(folder.path(), &[&PULL[..], &["right", "wrong"]].concat());
    assert_eq!(unknown.code, 1, "{}", unknown.stderr);
    assert_eq!(unknown.stdout, "", "a slip of the pen reads nothing");

    let ran = avert(folder.path(), &PULL);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for said in ["'other' answered with", "status 403: not today", "nowhere"] {
        assert!(ran.stderr.contains(said), "{said}\n{}", ran.stderr);
    }
    let read: Value = serde_json::from_str(&ran.stdout).unwrap();
    let read: Vec<_> = read.as_array().unwrap().iter().collect();
    let news = |one: &&Value| {
        (
            one["from"].clone(),
            one["new"].clone(),
            one["whole"].clone(),
        )
    };
    assert_eq!(
        read.iter().map(news).collect::<Vec<_>>(),
        [
            (json!("other"), json!(0), json!(false)),
            (json!("refusing"), json!(0), json!(false)),
            (json!("right"), json!(2), json!(true)),
            (json!("secret"), json!(0), json!(false)),
        ]
    );
    assert_eq!(serving.join().unwrap().len(), 1);
}

#[test]
fn a_server_whose_word_for_the_next_page_is_endless_is_left() {
    let to = |next: &str| page(true, &[1], "2026-01-01T00:00:00.000001Z", Some(next));
    let ending = page(false, &[2], "2026-01-01T00:00:00.000002Z", None);
    let (url, serving) = canned(vec![to(&"x".repeat(4 << 10)), ending]);
    assert_eq!(done(puller(&url).path(), &PULL).json()[0]["new"], 2);
    assert_eq!(serving.join().unwrap().len(), 2);
    let (url, _serving) = canned(vec![to(&"x".repeat((4 << 10) + 1))]);
    let lost = avert(puller(&url).path(), &PULL);
    assert!(lost.stderr.contains("and not where"), "{}", lost.stderr);
}
