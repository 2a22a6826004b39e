//! The extensions that the specification itself defines, of observables: section 6.

use super::vocabulary::{
    SOCKET_FAMILY, SOCKET_TYPE, WINDOWS_BINARY, WINDOWS_INTEGRITY, WINDOWS_SERVICE_START,
    WINDOWS_SERVICE_STATUS, WINDOWS_SERVICE_TYPE,
};
use super::{Kind, Property, To, Words, may, need};
use Kind::{Bool, Closed, Hashes, Hex, Int, List, Map, Open, Ref, Refs, Text, Texts, Time};

const COUNT: Kind = Int(0, 9_007_199_254_740_991);

/// Each by its key.
pub(in super::super) const EXTENSIONS: &[(&str, &[Property])] = &[
    (
        "archive-ext",
        &[
            need(
                "contains_refs",
                Refs(To::Types(Words("file directory artifact"))),
            ),
            may("comment", Text),
        ],
    ),
    (
        "ntfs-ext",
        &[may("sid", Text), may("alternate_data_streams", List)],
    ),
    (
        "pdf-ext",
        &[
            may("version", Text),
            may("is_optimized", Bool),
            may("document_info_dict", Map),
            may("pdfid0", Text),
            may("pdfid1", Text),
        ],
    ),
    (
        "raster-image-ext",
        &[
            may("image_height", COUNT),
            may("image_width", COUNT),
            may("bits_per_pixel", COUNT),
            may("exif_tags", Map),
        ],
    ),
    (
        "windows-pebinary-ext",
        &[
            need("pe_type", Open(WINDOWS_BINARY)),
            may("imphash", Text),
            may("machine_hex", Hex),
            may("number_of_sections", COUNT),
            may("time_date_stamp", Time),
            may("pointer_to_symbol_table_hex", Hex),
            may("number_of_symbols", COUNT),
            may("size_of_optional_header", COUNT),
            may("characteristics_hex", Hex),
            may("file_header_hashes", Hashes),
            may("optional_header", Map),
            may("sections", List),
        ],
    ),
    (
        "http-request-ext",
        &[
            need("request_method", Text),
            need("request_value", Text),
            may("request_version", Text),
            may("request_header", Map),
            may("message_body_length", COUNT),
            may("message_body_data_ref", Ref(To::Types(Words("artifact")))),
        ],
    ),
    (
        "icmp-ext",
        &[need("icmp_type_hex", Hex), need("icmp_code_hex", Hex)],
    ),
    (
        "socket-ext",
        &[
            need("address_family", Closed(SOCKET_FAMILY)),
            may("is_blocking", Bool),
            may("is_listening", Bool),
            may("options", Map),
            may("socket_type", Closed(SOCKET_TYPE)),
            may("socket_descriptor", COUNT),
            may("socket_handle", COUNT),
        ],
    ),
    (
        "tcp-ext",
        &[may("src_flags_hex", Hex), may("dst_flags_hex", Hex)],
    ),
    (
        "windows-process-ext",
        &[
            may("aslr_enabled", Bool),
            may("dep_enabled", Bool),
            may("priority", Text),
            may("owner_sid", Text),
            may("window_title", Text),
            may("startup_info", Map),
            may("integrity_level", Closed(WINDOWS_INTEGRITY)),
        ],
    ),
    (
        "windows-service-ext",
        &[
            may("service_name", Text),
            may("descriptions", Texts),
            may("display_name", Text),
            may("group_name", Text),
            may("start_type", Closed(WINDOWS_SERVICE_START)),
            may("service_dll_refs", Refs(To::Types(Words("file")))),
            may("service_type", Closed(WINDOWS_SERVICE_TYPE)),
            may("service_status", Closed(WINDOWS_SERVICE_STATUS)),
        ],
    ),
    (
        "unix-account-ext",
        &[
            may("gid", COUNT),
            may("groups", Texts),
            may("home_dir", Text),
            may("shell", Text),
        ],
    ),
];
