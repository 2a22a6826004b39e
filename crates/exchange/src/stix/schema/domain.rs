//! Domain objects, relationships and meta objects: sections 4, 5 and 7.

use super::vocabulary::{
    ATTACK_MOTIVATION, ATTACK_RESOURCE_LEVEL, EXTENSION_TYPE, GROUPING_CONTEXT, IDENTITY_CLASS,
    IMPLEMENTATION_LANGUAGE, INDICATOR_TYPE, INDUSTRY_SECTOR, INFRASTRUCTURE_TYPE,
    MALWARE_CAPABILITIES, MALWARE_RESULT, MALWARE_TYPE, OPINION, PATTERN_TYPE,
    PROCESSOR_ARCHITECTURE, REGION, REPORT_TYPE, THREAT_ACTOR_ROLE, THREAT_ACTOR_SOPHISTICATION,
    THREAT_ACTOR_TYPE, TOOL_TYPE,
};
use super::{Class, Kind, Property, To, Type, Words, may, need, plain};
use Kind::{
    Bool, Closed, ClosedList, Float, Int, KillChainPhases, Map, Open, OpenList, Ref, Refs, Text,
    Texts, Time,
};

const NAME: Property = need("name", Text);
const DESCRIPTION: Property = may("description", Text);
const ALIASES: Property = may("aliases", Texts);
const PHASES: Property = may("kill_chain_phases", KillChainPhases);
const FIRST_SEEN: Property = may("first_seen", Time);
const LAST_SEEN: Property = may("last_seen", Time);
const OBJECTS: Property = need("object_refs", Refs(To::Things));
const SEEN: &[(&str, &str)] = &[("first_seen", "last_seen")];
const SOFTWARE: To = To::Types(Words("software"));

/// A domain object.
const fn domain(name: &'static str, properties: &'static [Property]) -> Type {
    plain(name, Class::Domain, properties)
}

/// One that was seen between two times.
const fn seen(name: &'static str, properties: &'static [Property]) -> Type {
    Type {
        ordered: SEEN,
        ..domain(name, properties)
    }
}

pub(super) const TYPES: &[Type] = &[
    plain(
        "relationship",
        Class::Relationship,
        &[
            need("relationship_type", Text),
            DESCRIPTION,
            need("source_ref", Ref(To::DomainOrObservable)),
            need("target_ref", Ref(To::DomainOrObservable)),
            may("start_time", Time),
            may("stop_time", Time),
        ],
    )
    .after(&[("start_time", "stop_time")], true),
    domain("attack-pattern", &[NAME, DESCRIPTION, ALIASES, PHASES]),
    domain(
        "indicator",
        &[
            may("name", Text),
            DESCRIPTION,
            may("indicator_types", OpenList(INDICATOR_TYPE)),
            need("pattern", Text),
            need("pattern_type", Open(PATTERN_TYPE)),
            may("pattern_version", Text),
            need("valid_from", Time),
            may("valid_until", Time),
            PHASES,
        ],
    )
    .after(&[("valid_from", "valid_until")], true),
    seen(
        "campaign",
        &[
            NAME,
            DESCRIPTION,
            ALIASES,
            FIRST_SEEN,
            LAST_SEEN,
            may("objective", Text),
        ],
    ),
    domain("course-of-action", &[NAME, DESCRIPTION]),
    domain(
        "grouping",
        &[
            may("name", Text),
            DESCRIPTION,
            need("context", Open(GROUPING_CONTEXT)),
            OBJECTS,
        ],
    ),
    domain(
        "identity",
        &[
            NAME,
            DESCRIPTION,
            may("roles", Texts),
            may("identity_class", Open(IDENTITY_CLASS)),
            may("sectors", OpenList(INDUSTRY_SECTOR)),
            may("contact_information", Text),
        ],
    ),
    domain("incident", &[NAME, DESCRIPTION, PHASES]),
    seen(
        "infrastructure",
        &[
            NAME,
            DESCRIPTION,
            may("infrastructure_types", OpenList(INFRASTRUCTURE_TYPE)),
            ALIASES,
            PHASES,
            FIRST_SEEN,
            LAST_SEEN,
        ],
    ),
    seen(
        "intrusion-set",
        &[
            NAME,
            DESCRIPTION,
            ALIASES,
            FIRST_SEEN,
            LAST_SEEN,
            may("goals", Texts),
            may("resource_level", Open(ATTACK_RESOURCE_LEVEL)),
            may("primary_motivation", Open(ATTACK_MOTIVATION)),
            may("secondary_motivations", OpenList(ATTACK_MOTIVATION)),
        ],
    ),
    domain(
        "location",
        &[
            may("name", Text),
            DESCRIPTION,
            may("latitude", Float(-90.0, 90.0)),
            may("longitude", Float(-180.0, 180.0)),
            may("precision", Float(0.0, f64::MAX)),
            may("region", Open(REGION)),
            may("country", Text),
            may("administrative_area", Text),
            may("city", Text),
            may("street_address", Text),
            may("postal_code", Text),
        ],
    )
    .one_of(&["region", "country", "latitude"]),
    seen(
        "malware",
        &[
            may("name", Text),
            DESCRIPTION,
            may("malware_types", OpenList(MALWARE_TYPE)),
            need("is_family", Bool),
            ALIASES,
            PHASES,
            FIRST_SEEN,
            LAST_SEEN,
            may("operating_system_refs", Refs(SOFTWARE)),
            may(
                "architecture_execution_envs",
                OpenList(PROCESSOR_ARCHITECTURE),
            ),
            may(
                "implementation_languages",
                OpenList(IMPLEMENTATION_LANGUAGE),
            ),
            may("capabilities", OpenList(MALWARE_CAPABILITIES)),
            may("sample_refs", Refs(To::Types(Words("artifact file")))),
        ],
    ),
    domain(
        "malware-analysis",
        &[
            need("product", Text),
            may("version", Text),
            may("host_vm_ref", Ref(SOFTWARE)),
            may("operating_system_ref", Ref(SOFTWARE)),
            may("installed_software_refs", Refs(SOFTWARE)),
            may("configuration_version", Text),
            may("modules", Texts),
            may("analysis_engine_version", Text),
            may("analysis_definition_version", Text),
            may("submitted", Time),
            may("analysis_started", Time),
            may("analysis_ended", Time),
            may("result_name", Text),
            may("result", Open(MALWARE_RESULT)),
            may("analysis_sco_refs", Refs(To::Observable)),
            may("sample_ref", Ref(To::Observable)),
        ],
    )
    .one_of(&["result", "analysis_sco_refs"]),
    domain(
        "note",
        &[
            may("abstract", Text),
            need("content", Text),
            may("authors", Texts),
            OBJECTS,
        ],
    ),
    domain(
        "observed-data",
        &[
            need("first_observed", Time),
            need("last_observed", Time),
            need("number_observed", Int(1, 999_999_999)),
            // Deprecated, and what STIX 2.0 had.
            may("objects", Map),
            may("object_refs", Refs(To::ObservableOrRelationship)),
        ],
    )
    .one_of(&["object_refs", "objects"])
    .after(&[("first_observed", "last_observed")], false),
    domain(
        "opinion",
        &[
            may("explanation", Text),
            may("authors", Texts),
            need("opinion", Closed(OPINION)),
            OBJECTS,
        ],
    ),
    domain(
        "report",
        &[
            NAME,
            DESCRIPTION,
            may("report_types", OpenList(REPORT_TYPE)),
            need("published", Time),
            OBJECTS,
        ],
    ),
    seen(
        "threat-actor",
        &[
            NAME,
            DESCRIPTION,
            may("threat_actor_types", OpenList(THREAT_ACTOR_TYPE)),
            ALIASES,
            FIRST_SEEN,
            LAST_SEEN,
            may("roles", OpenList(THREAT_ACTOR_ROLE)),
            may("goals", Texts),
            may("sophistication", Open(THREAT_ACTOR_SOPHISTICATION)),
            may("resource_level", Open(ATTACK_RESOURCE_LEVEL)),
            may("primary_motivation", Open(ATTACK_MOTIVATION)),
            may("secondary_motivations", OpenList(ATTACK_MOTIVATION)),
            may("personal_motivations", OpenList(ATTACK_MOTIVATION)),
        ],
    ),
    domain(
        "tool",
        &[
            NAME,
            DESCRIPTION,
            may("tool_types", OpenList(TOOL_TYPE)),
            ALIASES,
            PHASES,
            may("tool_version", Text),
        ],
    ),
    domain("vulnerability", &[NAME, DESCRIPTION]),
    plain(
        "sighting",
        Class::Relationship,
        &[
            DESCRIPTION,
            FIRST_SEEN,
            LAST_SEEN,
            may("count", Int(0, 999_999_999)),
            need("sighting_of_ref", Ref(To::Domain)),
            may(
                "observed_data_refs",
                Refs(To::Types(Words("observed-data"))),
            ),
            may(
                "where_sighted_refs",
                Refs(To::Types(Words("identity location"))),
            ),
            may("summary", Bool),
        ],
    )
    .after(SEEN, false),
    plain(
        "marking-definition",
        Class::Meta,
        &[
            may("name", Text),
            may("definition_type", Text),
            may("definition", Map),
        ],
    )
    .one_of(&["definition", "extensions"]),
    plain(
        "language-content",
        Class::Meta,
        &[
            need("object_ref", Ref(To::Any)),
            may("object_modified", Time),
            need("contents", Map),
        ],
    ),
    plain(
        "extension-definition",
        Class::Meta,
        &[
            NAME,
            DESCRIPTION,
            need("schema", Text),
            need("version", Text),
            need("extension_types", ClosedList(EXTENSION_TYPE)),
            may("extension_properties", Texts),
        ],
    ),
];

impl Type {
    const fn one_of(self, one_of: &'static [&'static str]) -> Self {
        Self { one_of, ..self }
    }

    const fn after(self, ordered: &'static [(&'static str, &'static str)], strictly: bool) -> Self {
        Self {
            ordered,
            strictly,
            ..self
        }
    }
}
