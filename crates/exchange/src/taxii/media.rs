//! Media types: which are meant, and whether somebody takes them.

/// Everything a TAXII server says is of this type (TAXII 2.1, section 1.6.8.3).
pub const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";

/// What collections hold.
pub const STIX_MEDIA_TYPE: &str = "application/stix+json;version=2.1";

/// Whether a Content-Type says TAXII 2.1.
pub fn is_taxii(content_type: &str) -> bool {
    let (kind, parameters) = split(content_type);
    kind.eq_ignore_ascii_case("application/taxii+json") && version(parameters) == Some("2.1")
}

/// Whether whoever sent this Accept takes TAXII 2.1. Without the header, or without a version, the newest
/// version is meant.
pub fn is_accepted(accept: Option<&str>) -> bool {
    let Some(accept) = accept else { return true };
    accept.split(',').any(|range| {
        let (kind, parameters) = split(range);
        let any = matches!(kind, "*/*" | "application/*");
        let taxii = kind.eq_ignore_ascii_case("application/taxii+json")
            && version(parameters).is_none_or(|version| version == "2.1");
        (any || taxii) && !is_refused(parameters)
    })
}

fn split(text: &str) -> (&str, &str) {
    let (kind, parameters) = text.split_once(';').unwrap_or((text, ""));
    (kind.trim(), parameters)
}

fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    parameters.split(';').find_map(|one| {
        let (key, value) = one.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"'))
    })
}

fn version(parameters: &str) -> Option<&str> {
    parameter(parameters, "version")
}

/// `q=0` says: not this.
fn is_refused(parameters: &str) -> bool {
    parameter(parameters, "q")
        .and_then(|weight| weight.parse::<f64>().ok())
        .is_some_and(|weight| weight <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_takes_taxii_2_1_or_anything_is_answered() {
        for accept in [
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=2.1",
            "application/taxii+json; version=\"2.1\"",
            "application/taxii+json",
            "text/html, */*;q=0.1",
            "application/taxii+json;version=2.0, application/taxii+json;version=2.1",
        ] {
            assert!(is_accepted(Some(accept)), "{accept}");
        }
        assert!(is_accepted(None));
        for accept in [
            "",
            "text/html",
            "application/json",
            "application/taxii+json;version=2.0",
            "application/vnd.oasis.taxii+json",
            "*/*;q=0",
        ] {
            assert!(!is_accepted(Some(accept)), "{accept}");
        }
    }

    #[test]
    fn what_is_sent_has_to_say_its_version() {
        assert!(is_taxii("application/taxii+json;version=2.1"));
        assert!(is_taxii("Application/TAXII+json ; Version=2.1"));
        for other in [
            "",
            "application/json",
            "application/taxii+json",
            "application/taxii+json;version=2.0",
        ] {
            assert!(!is_taxii(other), "{other}");
        }
    }
}
