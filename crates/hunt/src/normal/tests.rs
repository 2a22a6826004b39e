//! Every way to write an indicator ends in one.

use proptest::prelude::*;

use super::*;

fn check(text: &str, kind: Kind, value: &str) {
    let made = Indicator::parse(text).map(|made| (made.kind(), made.value().to_owned()));
    assert_eq!(made, Ok((kind, value.to_owned())), "{text}");
    // What is normal stays as it is.
    assert_eq!(
        Indicator::parse(value).unwrap(),
        Indicator::parse(text).unwrap()
    );
}

#[test]
fn names_addresses_and_networks_are_read_in_every_form() {
    check(
        " EVIL[.]Example(dot)org. ",
        Kind::Domain,
        "evil.example.org",
    );
    check("*.evil.example.org", Kind::Domain, "evil.example.org");
    check("Bücher.example", Kind::Domain, "xn--bcher-kva.example");
    check("_dmarc.evil.example", Kind::Domain, "_dmarc.evil.example");
    check("192[.]0[.]2[.]7", Kind::Address, "192.0.2.7");
    check("2001:DB8:0:0::7", Kind::Address, "2001:db8::7");
    check("::ffff:192.0.2.7", Kind::Address, "192.0.2.7");
    check("192.0.2.7/32", Kind::Address, "192.0.2.7");
    check("192.0.2.7/24", Kind::Network, "192.0.2.0/24");
    check("2001:db8::7/32", Kind::Network, "2001:db8::/32");
}

#[test]
fn endpoints_urls_and_paths_are_read_in_every_form() {
    check("192.0.2.7:8080", Kind::Endpoint, "192.0.2.7:8080");
    check("[2001:db8::7]:443", Kind::Endpoint, "[2001:db8::7]:443");
    check("Evil.example.org:1", Kind::Endpoint, "evil.example.org:1");
    check("hxxp://192.0.2.7", Kind::Address, "192.0.2.7");
    check("http://192.0.2.7:8080", Kind::Endpoint, "192.0.2.7:8080");
    check("tcp://evil.example.org", Kind::Domain, "evil.example.org");
    check(
        "hXXps[:]//u:p@Evil[.]example.org:443/Gate.php?x=1#top",
        Kind::Url,
        "evil.example.org/Gate.php?x=1",
    );
    check(
        "evil.example.org:8080/a",
        Kind::Url,
        "evil.example.org:8080/a",
    );
    check("http://[2001:db8::7]/x", Kind::Url, "[2001:db8::7]/x");
    check("/a/b?c", Kind::Path, "/a/b?c");
}

#[test]
fn hashes_mailboxes_and_handles_are_read_in_every_form() {
    check(
        "D41D8CD98F00B204E9800998ECF8427E",
        Kind::Hash,
        "d41d8cd98f00b204e9800998ecf8427e",
    );
    check(
        "Anna.K+x[@]Evil.example",
        Kind::Email,
        "anna.k+x@evil.example",
    );
    check("mailto:anna@evil.example", Kind::Email, "anna@evil.example");
    check("@Anna_9", Kind::Handle, "@anna_9");
    check(
        "@anna:chat.example.org",
        Kind::Handle,
        "@anna@chat.example.org",
    );
    assert_eq!(
        Indicator::parse_as(Kind::Handle, "anna").unwrap().value(),
        "@anna"
    );
}

#[test]
fn what_is_none_or_stands_for_everything_says_so() {
    for (text, why) in [
        ("", NotAnIndicator::Empty),
        ("com", NotAnIndicator::OneLabel),
        ("0.0.0.0/0", NotAnIndicator::Everything),
        ("/", NotAnIndicator::Everything),
        ("192.0.2.7/33", NotAnIndicator::NoForm),
        ("1.2.3", NotAnIndicator::NoForm),
        ("two words.example", NotAnIndicator::NoForm),
        ("a..example.org", NotAnIndicator::NoForm),
        ("@", NotAnIndicator::NoForm),
        ("evil.example.org:70000", NotAnIndicator::NoForm),
        ("evil.example.org:080", NotAnIndicator::NoForm),
        ("192.0.2.7:0", NotAnIndicator::NoForm),
    ] {
        assert_eq!(Indicator::parse(text), Err(why), "{text}");
    }
    let long = format!("evil.example.org/{}", "a".repeat(5_000));
    assert_eq!(Indicator::parse(&long), Err(NotAnIndicator::TooLong));
    assert_eq!(
        Indicator::parse_as(Kind::Hash, "evil.example"),
        Err(NotAnIndicator::OtherKind)
    );
}

proptest! {
    #[test]
    fn whatever_is_read_is_normal_at_once(text in "\\PC{0,40}|[a-z0-9.:/@\\[\\]_-]{0,30}") {
        if let Ok(made) = Indicator::parse(&text) {
            let again = Indicator::parse(made.value());
            prop_assert_eq!(again.as_ref(), Ok(&made));
            prop_assert_eq!(again.unwrap().fingerprint(), made.fingerprint());
        }
    }
}
