//! What is asked for in an address: `?added_after=…&limit=…&match[type]=…`.

use avert_model::Timestamp;

/// What is asked for. What is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What was put in after this.
    pub added_after: Option<Timestamp>,
    /// At most so many.
    pub limit: Option<u64>,
    /// From where the page before ended, as the server said.
    pub next: Option<String>,
    /// Objects of these ids.
    pub ids: Vec<String>,
    /// Of these types.
    pub kinds: Vec<String>,
    /// These versions of them.
    pub versions: Versions,
    /// Of these versions of the standard.
    pub spec_versions: Vec<String>,
}

/// Which versions of an object are asked for; where none is named, the last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions {
    /// The first.
    pub first: bool,
    /// The last.
    pub last: bool,
    /// All of them.
    pub all: bool,
    /// Those of these times.
    pub exactly: Vec<Timestamp>,
}

/// Something in the address that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{name}' cannot be '{value}': {why}")]
pub struct Unclear {
    /// What.
    pub name: String,
    /// What it was said to be, shortened.
    pub value: String,
    /// What it should be.
    pub why: &'static str,
}

/// More values than this are a mistake, or no honest question.
const MOST_VALUES: usize = 200;

impl Query {
    /// Reads the parameters of an address, decoded. What the standard does not know is passed over, as it says
    /// (section 3.4).
    ///
    /// # Errors
    /// The first that cannot be understood.
    pub fn read<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Unclear> {
        let mut query = Self::default();
        for (name, value) in parameters {
            let unclear = |why| Unclear {
                name: name.to_owned(),
                value: value.chars().take(80).collect(),
                why,
            };
            let time = |text: &str| {
                text.parse::<Timestamp>()
                    .map_err(|_| unclear("it should be a time such as 2017-12-19T14:00:00.000Z"))
            };
            match name {
                "added_after" => query.added_after = Some(time(value)?),
                "limit" => match value.parse() {
                    Ok(limit) if limit > 0 => query.limit = Some(limit),
                    _ => return Err(unclear("it should be a number above nought")),
                },
                "next" => query.next = Some(value.to_owned()),
                "match[id]" => query.ids.extend(list(value)),
                "match[type]" => query.kinds.extend(list(value)),
                "match[spec_version]" => query.spec_versions.extend(list(value)),
                "match[version]" => {
                    for version in list(value) {
                        match version.as_str() {
                            "first" => query.versions.first = true,
                            "last" => query.versions.last = true,
                            "all" => query.versions.all = true,
                            at => query.versions.exactly.push(time(at)?),
                        }
                    }
                }
                _ => {}
            }
            let values = query.ids.len() + query.kinds.len() + query.spec_versions.len();
            if values + query.versions.exactly.len() > MOST_VALUES {
                return Err(unclear("that are more than 200 values"));
            }
        }
        Ok(query)
    }
}

fn list(value: &str) -> impl Iterator<Item = String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_as_the_standard_writes_it() {
        let query = Query::read([
            ("added_after", "2016-02-01T00:00:01.000Z"),
            ("limit", "10"),
            ("match[type]", "indicator,malware"),
            ("match[version]", "first,2016-01-01T01:01:01.000Z"),
            ("match[spec_version]", "2.1"),
            ("unknown", "passed over"),
        ])
        .unwrap();
        assert_eq!(
            query.added_after.unwrap().to_string(),
            "2016-02-01T00:00:01Z"
        );
        assert_eq!(query.limit, Some(10));
        assert_eq!(query.kinds, ["indicator", "malware"]);
        assert!(query.versions.first && !query.versions.last);
        assert_eq!(query.versions.exactly.len(), 1);
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        for (name, value) in [
            ("added_after", "yesterday"),
            ("limit", "0"),
            ("limit", "-1"),
            ("limit", "many"),
            ("match[version]", "newest"),
        ] {
            let unclear = Query::read([(name, value)]).unwrap_err();
            assert_eq!((&*unclear.name, &*unclear.value), (name, value));
        }
        let many = vec!["indicator"; 201].join(",");
        assert!(Query::read([("match[type]", many.as_str())]).is_err());
    }
}
