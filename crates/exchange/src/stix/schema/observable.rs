//! Cyber-observable objects: section 6.

use super::vocabulary::{ACCOUNT_TYPE, ENCRYPTION_ALGORITHM};
use super::{Class, Kind, Property, To, Type, Words, may, need, plain};
use Kind::{Binary, Bool, Closed, Hashes, Hex, Int, List, Map, Open, Ref, Refs, Text, Texts, Time};

/// A number that counts something; whole numbers end where doubles stop being exact.
const COUNT: Kind = Int(0, 9_007_199_254_740_991);
const WHOLE: Kind = Int(-9_007_199_254_740_991, 9_007_199_254_740_991);
const PORT: Kind = Int(0, 65_535);
const ADDRESS: To = To::Types(Words("email-addr"));
const ARTIFACT: To = To::Types(Words("artifact"));
const END: To = To::Types(Words("ipv4-addr ipv6-addr mac-addr domain-name"));
const TRAFFIC: To = To::Types(Words("network-traffic"));
const PROCESS: To = To::Types(Words("process"));
const USER: To = To::Types(Words("user-account"));
const VALUE: &[Property] = &[need("value", Text)];
const OF_IP: &[Property] = &[
    need("value", Text),
    may("resolves_to_refs", Refs(To::Types(Words("mac-addr")))),
    may(
        "belongs_to_refs",
        Refs(To::Types(Words("autonomous-system"))),
    ),
];

/// An observable whose id is made of these.
const fn observable(
    name: &'static str,
    contributing: &'static [&'static str],
    properties: &'static [Property],
) -> Type {
    Type {
        contributing,
        ..plain(name, Class::Observable, properties)
    }
}

/// One that needs one of these at least.
const fn some(of: Type, one_of: &'static [&'static str]) -> Type {
    Type { one_of, ..of }
}

pub(super) const TYPES: &[Type] = &[
    some(
        observable(
            "artifact",
            &["hashes", "payload_bin"],
            &[
                may("mime_type", Text),
                may("payload_bin", Binary),
                may("url", Text),
                may("hashes", Hashes),
                may("encryption_algorithm", Closed(ENCRYPTION_ALGORITHM)),
                may("decryption_key", Text),
            ],
        ),
        &["payload_bin", "url"],
    ),
    observable(
        "autonomous-system",
        &["number"],
        &[need("number", WHOLE), may("name", Text), may("rir", Text)],
    ),
    observable(
        "directory",
        &["path"],
        &[
            need("path", Text),
            may("path_enc", Text),
            may("ctime", Time),
            may("mtime", Time),
            may("atime", Time),
            may("contains_refs", Refs(To::Types(Words("file directory")))),
        ],
    ),
    observable(
        "domain-name",
        &["value"],
        &[
            need("value", Text),
            may(
                "resolves_to_refs",
                Refs(To::Types(Words("ipv4-addr ipv6-addr domain-name"))),
            ),
        ],
    ),
    observable(
        "email-addr",
        &["value"],
        &[
            need("value", Text),
            may("display_name", Text),
            may("belongs_to_ref", Ref(USER)),
        ],
    ),
    observable(
        "email-message",
        &["from_ref", "subject", "body"],
        &[
            need("is_multipart", Bool),
            may("date", Time),
            may("content_type", Text),
            may("from_ref", Ref(ADDRESS)),
            may("sender_ref", Ref(ADDRESS)),
            may("to_refs", Refs(ADDRESS)),
            may("cc_refs", Refs(ADDRESS)),
            may("bcc_refs", Refs(ADDRESS)),
            may("message_id", Text),
            may("subject", Text),
            may("received_lines", Texts),
            may("additional_header_fields", Map),
            may("body", Text),
            may("body_multipart", List),
            may("raw_email_ref", Ref(ARTIFACT)),
        ],
    ),
    some(
        observable(
            "file",
            &["hashes", "name", "extensions", "parent_directory_ref"],
            &[
                may("hashes", Hashes),
                may("size", COUNT),
                may("name", Text),
                may("name_enc", Text),
                may("magic_number_hex", Hex),
                may("mime_type", Text),
                may("ctime", Time),
                may("mtime", Time),
                may("atime", Time),
                may("parent_directory_ref", Ref(To::Types(Words("directory")))),
                may("contains_refs", Refs(To::Observable)),
                may("content_ref", Ref(ARTIFACT)),
            ],
        ),
        &["hashes", "name"],
    ),
    observable("ipv4-addr", &["value"], OF_IP),
    observable("ipv6-addr", &["value"], OF_IP),
    observable("mac-addr", &["value"], VALUE),
    observable("mutex", &["name"], &[need("name", Text)]),
    some(
        Type {
            ordered: &[("start", "end")],
            ..observable(
                "network-traffic",
                &[
                    "start",
                    "end",
                    "src_ref",
                    "dst_ref",
                    "src_port",
                    "dst_port",
                    "protocols",
                    "extensions",
                ],
                &[
                    may("start", Time),
                    may("end", Time),
                    may("is_active", Bool),
                    may("src_ref", Ref(END)),
                    may("dst_ref", Ref(END)),
                    may("src_port", PORT),
                    may("dst_port", PORT),
                    need("protocols", Texts),
                    may("src_byte_count", COUNT),
                    may("dst_byte_count", COUNT),
                    may("src_packets", COUNT),
                    may("dst_packets", COUNT),
                    may("ipfix", Map),
                    may("src_payload_ref", Ref(ARTIFACT)),
                    may("dst_payload_ref", Ref(ARTIFACT)),
                    may("encapsulates_refs", Refs(TRAFFIC)),
                    may("encapsulated_by_ref", Ref(TRAFFIC)),
                ],
            )
        },
        &["src_ref", "dst_ref"],
    ),
    some(
        observable("process", &[], PROCESS_PROPERTIES),
        &[
            "is_hidden",
            "pid",
            "created_time",
            "cwd",
            "command_line",
            "environment_variables",
            "opened_connection_refs",
            "creator_user_ref",
            "image_ref",
            "parent_ref",
            "child_refs",
            "extensions",
        ],
    ),
    observable(
        "software",
        &["name", "cpe", "swid", "vendor", "version"],
        &[
            need("name", Text),
            may("cpe", Text),
            may("swid", Text),
            may("languages", Texts),
            may("vendor", Text),
            may("version", Text),
        ],
    ),
    observable("url", &["value"], VALUE),
    some(
        observable(
            "user-account",
            &["account_type", "user_id", "account_login"],
            USER_PROPERTIES,
        ),
        &[
            "user_id",
            "credential",
            "account_login",
            "account_type",
            "display_name",
            "is_service_account",
            "is_privileged",
            "can_escalate_privs",
            "is_disabled",
            "account_created",
            "account_expires",
            "credential_last_changed",
            "account_first_login",
            "account_last_login",
            "extensions",
        ],
    ),
    some(
        observable(
            "windows-registry-key",
            &["key", "values"],
            &[
                may("key", Text),
                may("values", List),
                may("modified_time", Time),
                may("creator_user_ref", Ref(USER)),
                may("number_of_subkeys", COUNT),
            ],
        ),
        &[
            "key",
            "values",
            "modified_time",
            "creator_user_ref",
            "number_of_subkeys",
        ],
    ),
    some(
        observable(
            "x509-certificate",
            &["hashes", "serial_number"],
            CERTIFICATE_PROPERTIES,
        ),
        &[
            "is_self_signed",
            "hashes",
            "version",
            "serial_number",
            "signature_algorithm",
            "issuer",
            "validity_not_before",
            "validity_not_after",
            "subject",
            "subject_public_key_algorithm",
            "subject_public_key_modulus",
            "subject_public_key_exponent",
            "x509_v3_extensions",
        ],
    ),
];

const PROCESS_PROPERTIES: &[Property] = &[
    may("is_hidden", Bool),
    may("pid", COUNT),
    may("created_time", Time),
    may("cwd", Text),
    may("command_line", Text),
    may("environment_variables", Map),
    may("opened_connection_refs", Refs(TRAFFIC)),
    may("creator_user_ref", Ref(USER)),
    may("image_ref", Ref(To::Types(Words("file")))),
    may("parent_ref", Ref(PROCESS)),
    may("child_refs", Refs(PROCESS)),
];

const USER_PROPERTIES: &[Property] = &[
    may("user_id", Text),
    may("credential", Text),
    may("account_login", Text),
    may("account_type", Open(ACCOUNT_TYPE)),
    may("display_name", Text),
    may("is_service_account", Bool),
    may("is_privileged", Bool),
    may("can_escalate_privs", Bool),
    may("is_disabled", Bool),
    may("account_created", Time),
    may("account_expires", Time),
    may("credential_last_changed", Time),
    may("account_first_login", Time),
    may("account_last_login", Time),
];

const CERTIFICATE_PROPERTIES: &[Property] = &[
    may("is_self_signed", Bool),
    may("hashes", Hashes),
    may("version", Text),
    may("serial_number", Text),
    may("signature_algorithm", Text),
    may("issuer", Text),
    may("validity_not_before", Time),
    may("validity_not_after", Time),
    may("subject", Text),
    may("subject_public_key_algorithm", Text),
    may("subject_public_key_modulus", Text),
    may("subject_public_key_exponent", WHOLE),
    may("x509_v3_extensions", Map),
];
