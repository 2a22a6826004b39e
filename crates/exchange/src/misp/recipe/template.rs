//! Templates of objects. Others are told as MISP's own type of object, with everything in it.

use super::{Place, Recipe};

/// How an object of this template lies in observables.
pub(in crate::misp) fn of_template(name: &str) -> Option<&'static Recipe> {
    TEMPLATES
        .iter()
        .find_map(|(names, recipe)| names.contains(&name).then_some(recipe))
}

/// All of them: the names of the template, and how it lies in observables.
pub(in crate::misp) fn templates() -> &'static [(&'static [&'static str], Recipe)] {
    TEMPLATES
}

const TEMPLATES: &[(&[&str], Recipe)] = &[
    (&["file"], recipe("file", FILE)),
    (
        &["domain-ip", "domain|ip"],
        recipe(
            "domain-name",
            &[
                ("domain", Place::Text("value")),
                ("hostname", Place::Text("value")),
                ("ip", Place::Ends("resolves_to_refs")),
            ],
        ),
    ),
    (
        &["ip-port", "ip|port"],
        recipe("network-traffic", IP_AND_PORT),
    ),
    (
        &["network-connection", "network-socket"],
        recipe("network-traffic", CONNECTION),
    ),
    (&["url"], recipe("url", &[("url", Place::Text("value"))])),
    (&["email"], recipe("email-message", MAIL)),
    (&["user-account"], recipe("user-account", USER)),
    (&["facebook-account"], account("facebook", BY_ACCOUNT)),
    (&["reddit-account"], account("reddit", BY_ACCOUNT)),
    (&["parler-account"], account("parler", BY_ACCOUNT)),
    (
        &["twitter-account"],
        account(
            "twitter",
            &[
                ("id", Place::Text("user_id")),
                ("name", Place::Text("account_login")),
                ("displayed-name", Place::Text("display_name")),
            ],
        ),
    ),
    (
        &["telegram-account"],
        account(
            "telegram",
            &[
                ("id", Place::Text("user_id")),
                ("username", Place::Text("account_login")),
            ],
        ),
    ),
    (
        &["github-user"],
        account(
            "github",
            &[
                ("id", Place::Text("user_id")),
                ("username", Place::Text("account_login")),
                ("user-fullname", Place::Text("display_name")),
            ],
        ),
    ),
    (
        &["gitlab-user"],
        account(
            "gitlab",
            &[
                ("id", Place::Text("user_id")),
                ("username", Place::Text("account_login")),
                ("name", Place::Text("display_name")),
            ],
        ),
    ),
    (
        &["asn"],
        recipe(
            "autonomous-system",
            &[
                ("asn", Place::System("number")),
                ("description", Place::Text("name")),
            ],
        ),
    ),
    (
        &["mutex"],
        recipe("mutex", &[("name", Place::Text("name"))]),
    ),
    (
        &["directory"],
        recipe(
            "directory",
            &[
                ("path", Place::Text("path")),
                ("path-encoding", Place::Text("path_enc")),
            ],
        ),
    ),
    (
        &["registry-key"],
        recipe(
            "windows-registry-key",
            &[
                ("key", Place::Text("key")),
                ("name", Place::Registry("name")),
                ("data", Place::Registry("data")),
                ("data-type", Place::Registry("data_type")),
                ("last-modified", Place::Time("modified_time")),
            ],
        ),
    ),
    (
        &["process"],
        recipe(
            "process",
            &[
                ("pid", Place::Whole("pid")),
                ("command-line", Place::Text("command_line")),
                ("current-directory", Place::Text("cwd")),
                ("creation-time", Place::Time("created_time")),
            ],
        ),
    ),
    (&["x509"], recipe("x509-certificate", CERTIFICATE)),
];

const FILE: &[(&str, Place)] = &[
    ("md5", Place::Hash("MD5")),
    ("sha1", Place::Hash("SHA-1")),
    ("sha224", Place::Hash("SHA-224")),
    ("sha256", Place::Hash("SHA-256")),
    ("sha384", Place::Hash("SHA-384")),
    ("sha512", Place::Hash("SHA-512")),
    ("sha512/224", Place::Hash("SHA512-224")),
    ("sha512/256", Place::Hash("SHA512-256")),
    ("sha3-224", Place::Hash("SHA3-224")),
    ("sha3-256", Place::Hash("SHA3-256")),
    ("sha3-384", Place::Hash("SHA3-384")),
    ("sha3-512", Place::Hash("SHA3-512")),
    ("ssdeep", Place::Hash("SSDEEP")),
    ("tlsh", Place::Hash("TLSH")),
    ("authentihash", Place::Hash("AUTHENTIHASH")),
    ("imphash", Place::Hash("IMPHASH")),
    ("vhash", Place::Hash("VHASH")),
    ("filename", Place::Text("name")),
    ("file-encoding", Place::Text("name_enc")),
    ("size-in-bytes", Place::Whole("size")),
    ("mimetype", Place::Text("mime_type")),
    ("path", Place::Folder),
    ("creation-time", Place::Time("ctime")),
    ("modification-time", Place::Time("mtime")),
    ("access-time", Place::Time("atime")),
];

const IP_AND_PORT: &[(&str, Place)] = &[
    ("ip-src", Place::End("src_ref")),
    ("ip-dst", Place::End("dst_ref")),
    ("ip", Place::End("dst_ref")),
    ("domain", Place::End("dst_ref")),
    ("hostname", Place::End("dst_ref")),
    ("src-port", Place::Whole("src_port")),
    ("dst-port", Place::Whole("dst_port")),
    ("protocol", Place::Item("protocols")),
    ("first-seen", Place::Time("start")),
    ("last-seen", Place::Time("end")),
];

const CONNECTION: &[(&str, Place)] = &[
    ("ip-src", Place::End("src_ref")),
    ("hostname-src", Place::End("src_ref")),
    ("ip-dst", Place::End("dst_ref")),
    ("hostname-dst", Place::End("dst_ref")),
    ("src-port", Place::Whole("src_port")),
    ("dst-port", Place::Whole("dst_port")),
    ("layer3-protocol", Place::Item("protocols")),
    ("layer4-protocol", Place::Item("protocols")),
    ("layer7-protocol", Place::Item("protocols")),
    ("protocol", Place::Item("protocols")),
    ("first-packet-seen", Place::Time("start")),
];

const MAIL: &[(&str, Place)] = &[
    ("from", Place::Mailbox("from_ref")),
    ("to", Place::Mailboxes("to_refs")),
    ("cc", Place::Mailboxes("cc_refs")),
    ("bcc", Place::Mailboxes("bcc_refs")),
    ("subject", Place::Text("subject")),
    ("email-body", Place::Text("body")),
    ("message-id", Place::Text("message_id")),
    ("send-date", Place::Time("date")),
    ("reply-to", Place::Header("Reply-To")),
    ("x-mailer", Place::Header("X-Mailer")),
    ("attachment", Place::Carried),
];

const USER: &[(&str, Place)] = &[
    ("user-id", Place::Text("user_id")),
    ("username", Place::Text("account_login")),
    ("display-name", Place::Text("display_name")),
    ("account-type", Place::Text("account_type")),
    ("disabled", Place::Is("is_disabled")),
    ("privileged", Place::Is("is_privileged")),
    ("is_service_account", Place::Is("is_service_account")),
    ("created", Place::Time("account_created")),
    ("expires", Place::Time("account_expires")),
    ("first_login", Place::Time("account_first_login")),
    ("last_login", Place::Time("account_last_login")),
];

const BY_ACCOUNT: &[(&str, Place)] = &[
    ("account-id", Place::Text("user_id")),
    ("account-name", Place::Text("account_login")),
];

const CERTIFICATE: &[(&str, Place)] = &[
    ("x509-fingerprint-md5", Place::Hash("MD5")),
    ("x509-fingerprint-sha1", Place::Hash("SHA-1")),
    ("x509-fingerprint-sha256", Place::Hash("SHA-256")),
    ("serial-number", Place::Text("serial_number")),
    ("issuer", Place::Text("issuer")),
    ("subject", Place::Text("subject")),
    ("version", Place::Text("version")),
    ("signature_algorithm", Place::Text("signature_algorithm")),
    (
        "pubkey-info-algorithm",
        Place::Text("subject_public_key_algorithm"),
    ),
    (
        "pubkey-info-modulus",
        Place::Text("subject_public_key_modulus"),
    ),
    (
        "pubkey-info-exponent",
        Place::Whole("subject_public_key_exponent"),
    ),
    ("validity-not-before", Place::Time("validity_not_before")),
    ("validity-not-after", Place::Time("validity_not_after")),
];

const fn recipe(main: &'static str, places: &'static [(&'static str, Place)]) -> Recipe {
    Recipe {
        main,
        fixed: None,
        places,
    }
}

const fn account(kind: &'static str, places: &'static [(&'static str, Place)]) -> Recipe {
    Recipe {
        main: "user-account",
        fixed: Some(("account_type", kind)),
        places,
    }
}
