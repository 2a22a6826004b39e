//! Types of attributes.

use super::{Place, Recipe};

/// How an attribute of some type lies in STIX.
#[derive(Debug, Clone, Copy)]
pub(in crate::misp) enum Attribute {
    /// As observables, and as a pattern if it is for detection.
    Seen(Recipe, Parts),
    /// As a pattern if it is for detection, and else not at all.
    Pattern(Recipe),
    /// A file that came with the event: `attachment`, or `malware-sample`, which is packed.
    File {
        /// Whether it is malware, in an archive that is locked with the word `infected`.
        packed: bool,
    },
    /// A rule in a language that indicators may be in: which.
    Rule(&'static str),
    /// The name of a campaign.
    Campaign,
    /// The id of a vulnerability.
    Vulnerability,
}

/// A file that came along: its name and, of malware, its hash.
pub(in crate::misp) const NAMED: Recipe = Recipe {
    main: "file",
    fixed: None,
    places: &[("", Place::Text("name")), ("", Place::Hash("MD5"))],
};

/// How the parts of a value are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::misp) enum Parts {
    /// It has one.
    One,
    /// Two, at the first bar.
    First,
    /// Two, at the last bar: the name of a file may have bars in it, a hash has none.
    Last,
}

impl Parts {
    /// The parts of a value; nothing where it has not as many as its type says.
    pub(in crate::misp) fn of(self, value: &str) -> Option<Vec<&str>> {
        let two = match self {
            Self::One => return Some(vec![value]),
            Self::First => value.split_once('|'),
            Self::Last => value.rsplit_once('|'),
        };
        two.filter(|(one, other)| !one.is_empty() && !other.is_empty())
            .map(|(one, other)| vec![one, other])
    }
}

/// How this type lies in STIX; none for what STIX has no word for.
pub(in crate::misp) fn of_attribute(kind: &str) -> Option<Attribute> {
    if let Some(place) = hash(kind) {
        return Some(Attribute::Seen(recipe("file", place), Parts::One));
    }
    if let Some(hash) = kind.strip_prefix("filename|").and_then(composed) {
        return Some(Attribute::Seen(recipe("file", hash), Parts::Last));
    }
    let one = |main, places| Some(Attribute::Seen(recipe(main, places), Parts::One));
    let two = |main, places, parts| Some(Attribute::Seen(recipe(main, places), parts));
    match kind {
        "filename" => one("file", &[("", Place::Text("name"))]),
        "domain" | "hostname" => one("domain-name", &[("", Place::Text("value"))]),
        "domain|ip" => two(
            "domain-name",
            &[
                ("", Place::Text("value")),
                ("", Place::Ends("resolves_to_refs")),
            ],
            Parts::First,
        ),
        "ip-src" => one("network-traffic", &[("", Place::End("src_ref"))]),
        "ip-dst" => one("network-traffic", &[("", Place::End("dst_ref"))]),
        "ip-src|port" => two(
            "network-traffic",
            &[("", Place::End("src_ref")), ("", Place::Whole("src_port"))],
            Parts::Last,
        ),
        "ip-dst|port" | "hostname|port" => two(
            "network-traffic",
            &[("", Place::End("dst_ref")), ("", Place::Whole("dst_port"))],
            Parts::Last,
        ),
        "url" | "uri" | "link" => one("url", &[("", Place::Text("value"))]),
        "AS" => one("autonomous-system", &[("", Place::System("number"))]),
        "mac-address" => one("mac-addr", &[("", Place::Lower("value"))]),
        "mutex" => one("mutex", &[("", Place::Text("name"))]),
        "regkey" => one("windows-registry-key", &[("", Place::Text("key"))]),
        "regkey|value" => two(
            "windows-registry-key",
            &[("", Place::Text("key")), ("", Place::Registry("data"))],
            Parts::First,
        ),
        "x509-fingerprint-md5" => one("x509-certificate", &[("", Place::Hash("MD5"))]),
        "x509-fingerprint-sha1" => one("x509-certificate", &[("", Place::Hash("SHA-1"))]),
        "x509-fingerprint-sha256" => one("x509-certificate", &[("", Place::Hash("SHA-256"))]),
        "github-username" => Some(Attribute::Seen(
            Recipe {
                fixed: Some(("account_type", "github")),
                ..recipe("user-account", &[("", Place::Text("account_login"))])
            },
            Parts::One,
        )),
        "attachment" => Some(Attribute::File { packed: false }),
        "malware-sample" => Some(Attribute::File { packed: true }),
        "yara" => Some(Attribute::Rule("yara")),
        "snort" => Some(Attribute::Rule("snort")),
        "suricata" => Some(Attribute::Rule("suricata")),
        "sigma" => Some(Attribute::Rule("sigma")),
        "stix2-pattern" => Some(Attribute::Rule("stix")),
        "campaign-name" => Some(Attribute::Campaign),
        "vulnerability" => Some(Attribute::Vulnerability),
        _ => of_mail(kind).or_else(|| of_pattern(kind)),
    }
}

fn of_mail(kind: &str) -> Option<Attribute> {
    let (main, places): (_, &'static [(&'static str, Place)]) = match kind {
        "email" => ("email-addr", &[("", Place::Text("value"))]),
        "email-src" => ("email-message", &[("", Place::Mailbox("from_ref"))]),
        "email-dst" => ("email-message", &[("", Place::Mailboxes("to_refs"))]),
        "email-subject" => ("email-message", &[("", Place::Text("subject"))]),
        "email-body" => ("email-message", &[("", Place::Text("body"))]),
        "email-message-id" => ("email-message", &[("", Place::Text("message_id"))]),
        "email-header" => ("email-message", &[("", Place::Item("received_lines"))]),
        "email-reply-to" => ("email-message", &[("", Place::Header("Reply-To"))]),
        "email-x-mailer" => ("email-message", &[("", Place::Header("X-Mailer"))]),
        "email-attachment" => ("email-message", &[("", Place::Carried)]),
        _ => return None,
    };
    Some(Attribute::Seen(recipe(main, places), Parts::One))
}

/// What is asked for, and observed by itself says nothing.
fn of_pattern(kind: &str) -> Option<Attribute> {
    const METHOD: &str = "extensions.'http-request-ext'.request_method";
    const AGENT: &str = "extensions.'http-request-ext'.request_header.'User-Agent'";
    let (main, places): (_, &'static [(&'static str, Place)]) = match kind {
        "http-method" => ("network-traffic", &[("", Place::Only(METHOD))]),
        "user-agent" => ("network-traffic", &[("", Place::Only(AGENT))]),
        "port" => ("network-traffic", &[("", Place::Whole("dst_port"))]),
        "size-in-bytes" => ("file", &[("", Place::Whole("size"))]),
        _ => return None,
    };
    Some(Attribute::Pattern(recipe(main, places)))
}

const fn recipe(main: &'static str, places: &'static [(&'static str, Place)]) -> Recipe {
    Recipe {
        main,
        fixed: None,
        places,
    }
}

/// Types that are a hash of a file, with its name in STIX. Names that STIX has none for are MISP's in
/// capitals; `/` may not stand in a key.
macro_rules! hashes {
    ($($kind:literal $name:literal)*) => {
        fn hash(kind: &str) -> Option<&'static [(&'static str, Place)]> {
            match kind {
                $($kind => Some(&[("", Place::Hash($name))]),)*
                _ => None,
            }
        }

        /// Each type, and the name of the hash.
        pub(in crate::misp) const HASHES: &[(&str, &str)] = &[$(($kind, $name)),*];

        /// The same after the name of the file.
        fn composed(kind: &str) -> Option<&'static [(&'static str, Place)]> {
            match kind {
                $($kind => Some(&[("", Place::Text("name")), ("", Place::Hash($name))]),)*
                _ => None,
            }
        }
    };
}

hashes! {
    "md5" "MD5"
    "sha1" "SHA-1"
    "sha224" "SHA-224"
    "sha256" "SHA-256"
    "sha384" "SHA-384"
    "sha512" "SHA-512"
    "sha512/224" "SHA512-224"
    "sha512/256" "SHA512-256"
    "sha3-224" "SHA3-224"
    "sha3-256" "SHA3-256"
    "sha3-384" "SHA3-384"
    "sha3-512" "SHA3-512"
    "ssdeep" "SSDEEP"
    "tlsh" "TLSH"
    "authentihash" "AUTHENTIHASH"
    "vhash" "VHASH"
    "imphash" "IMPHASH"
    "impfuzzy" "IMPFUZZY"
    "pehash" "PEHASH"
    "cdhash" "CDHASH"
    "telfhash" "TELFHASH"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_divided_where_its_parts_cannot_be() {
        let parts = |parts: Parts, value| parts.of(value);
        assert_eq!(
            parts(Parts::Last, "a|b.exe|00ff"),
            Some(vec!["a|b.exe", "00ff"])
        );
        assert_eq!(
            parts(Parts::First, "HKLM\\x|a|b"),
            Some(vec!["HKLM\\x", "a|b"])
        );
        assert_eq!(parts(Parts::First, "HKLM\\x"), None);
        assert_eq!(parts(Parts::Last, "|00ff"), None);
        assert_eq!(parts(Parts::One, "a|b"), Some(vec!["a|b"]));
    }
}
