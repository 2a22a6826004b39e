//! Which mails share a lane, so that no mail provider is sent more in a second than it takes well.

use std::collections::BTreeMap;

use avert_model::Email;
use avert_ops::ports::{Lane, Pace};
use url::Host;

use crate::settings::{SettingsError, SmtpSettings, pace};

/// One lane for each domain that mail goes to.
pub(crate) struct Lanes {
    /// For every domain that has no pace of its own.
    usual: Option<Pace>,
    own: BTreeMap<String, Pace>,
}

impl Lanes {
    /// Reads the settings, within the pace of the channel as a whole.
    pub(crate) fn new(settings: &SmtpSettings, channel: Pace) -> Result<Self, SettingsError> {
        let usual = settings.per_domain_per_second;
        let own = settings
            .domains
            .iter()
            .map(|(name, its)| {
                let domain = normalised(name).ok_or_else(|| SettingsError::Value {
                    key: "domains",
                    value: name.clone(),
                    why: "is no domain".into(),
                })?;
                let at_once = its.at_once.unwrap_or(channel.at_once);
                let pace = pace(at_once, its.per_second.or(usual))?;
                Ok((domain, pace))
            })
            .collect::<Result<_, _>>()?;
        let usual = match usual {
            None => None,
            Some(_) => Some(pace(channel.at_once, usual)?),
        };
        Ok(Self { usual, own })
    }

    /// The lane of a mail to this address. One that mail cannot go to has none of its own.
    pub(crate) fn of(&self, address: Option<&Email>) -> Lane {
        let domain = address
            .and_then(|address| address.expose().rsplit_once('@'))
            .and_then(|(_, domain)| normalised(domain));
        match domain {
            None => Lane::default(),
            Some(name) => Lane {
                pace: self.own.get(&name).copied().or(self.usual),
                name,
            },
        }
    }
}

/// A domain as the name system has it: in lower case, letters beyond ASCII in punycode, without the dot
/// at the end. The same domain is one lane however people write it.
pub(crate) fn normalised(domain: &str) -> Option<String> {
    let domain = domain.trim().trim_end_matches('.');
    match Host::parse(domain).ok()? {
        Host::Domain(domain) => Some(domain),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(settings: &str) -> Result<Lanes, SettingsError> {
        let basis = r#"{"host": "mail.example.org", "port": 25, "from": "safety@example.org", "at_once": 8,"#;
        let settings: SmtpSettings =
            serde_json::from_str(&format!("{basis} {settings}}}")).unwrap();
        Lanes::new(&settings, pace(settings.at_once, settings.per_second)?)
    }

    fn lane(lanes: &Lanes, address: &str) -> Lane {
        lanes.of(Some(&Email::new(address)))
    }

    #[test]
    fn however_a_domain_is_written_it_is_one_lane() {
        let lanes = lanes(r#""domains": {"Bücher.example.org": {"per_second": 2}}"#).unwrap();
        for address in [
            "ann@bücher.example.org",
            "Bob@BÜCHER.Example.ORG",
            "cem@xn--bcher-kva.example.org.",
            "\"d@e\"@xn--bcher-kva.example.org",
        ] {
            let lane = lane(&lanes, address);
            assert_eq!(lane.name, "xn--bcher-kva.example.org", "{address}");
            assert_eq!(lane.pace.unwrap().per_second, Some(2.0));
        }
    }

    #[test]
    fn a_domain_with_a_pace_of_its_own_keeps_to_it_and_every_other_to_the_usual() {
        let lanes = lanes(
            r#""per_domain_per_second": 5,
               "domains": {"example.com": {"per_second": 0.5, "at_once": 1}, "example.net": {"at_once": 2}}"#,
        )
        .unwrap();
        for (address, at_once, per_second) in [
            ("ann@example.com", 1, 0.5),
            ("ann@example.net", 2, 5.0),
            ("ann@example.org", 8, 5.0),
        ] {
            let expected = Pace {
                at_once,
                per_second: Some(per_second),
            };
            assert_eq!(lane(&lanes, address).pace, Some(expected), "{address}");
        }
    }

    #[test]
    fn without_a_setting_only_the_channel_bounds_a_lane() {
        let lane = lane(&lanes(r#""per_second": 9"#).unwrap(), "ann@example.org");
        assert_eq!((lane.name.as_str(), lane.pace), ("example.org", None));
    }

    #[test]
    fn what_is_no_address_has_no_lane_of_its_own_and_names_nobody() {
        let lanes = lanes(r#""per_domain_per_second": 5"#).unwrap();
        for address in [
            "ann",
            "ann@",
            "ann@exa mple",
            "ann@[192.0.2.1]",
            "ann@192.0.2.1",
            "@",
        ] {
            assert_eq!(lane(&lanes, address), Lane::default(), "{address}");
        }
        assert_eq!(lanes.of(None), Lane::default());
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        for settings in [
            r#""per_domain_per_second": 0"#,
            r#""domains": {"not a domain": {}}"#,
            r#""domains": {"example.org": {"at_once": 0}}"#,
            r#""domains": {"example.org": {"per_second": -1}}"#,
        ] {
            let refused = lanes(settings).err();
            assert!(
                matches!(refused, Some(SettingsError::Value { .. })),
                "{settings}"
            );
        }
    }
}
