//! Mapping files: which column of an export is which, in TOML.
//!
//! It owns what a mapping may say and resolves it, so that reading a row is array look-ups. Every
//! key is known: a misspelt one is an error with its line.

mod resolve;
mod time;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use avert_model::{Explain, Layer, Verb};
use serde::Deserialize;

pub(crate) use resolve::{AccountField, ActionField, Emission, Rows, Source, VerbRule};
pub(crate) use time::TimeRule;

/// A mapping file, understood.
#[derive(Debug, Clone)]
pub struct Mapping {
    platform: String,
    unknown: Unknown,
    sources: Vec<Source>,
}

impl Mapping {
    /// Reads and understands a mapping file. Files it names are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, MappingError> {
        let text = std::fs::read_to_string(path).map_err(|source| MappingError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path)
    }

    /// Understands the text of a mapping file that stands at `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, MappingError> {
        let spec: Spec = toml::from_str(text).map_err(|error| MappingError::Malformed {
            path: path.to_owned(),
            // toml's own text shows the line with a caret under the fault.
            detail: error.to_string().trim_end().to_owned(),
        })?;
        let wrong = |detail: String| MappingError::Malformed {
            path: path.to_owned(),
            detail,
        };
        if spec.source.is_empty() {
            return Err(wrong("it names no [[source]]".into()));
        }
        if spec.platform.is_empty() {
            return Err(wrong("platform is empty".into()));
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        let sources = (1..)
            .zip(spec.source)
            .map(|(number, source)| {
                let file = source.file.clone();
                resolve::source(source, folder)
                    .map_err(|detail| wrong(format!("source {number} ({file}): {detail}")))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            platform: spec.platform,
            unknown: spec.accounts.unknown,
            sources,
        })
    }

    /// The platform its snapshots are of.
    pub fn platform(&self) -> &str {
        &self.platform
    }

    pub(crate) fn unknown(&self) -> Unknown {
        self.unknown
    }

    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }
}

/// What an actor that no accounts table lists means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unknown {
    /// The export is not whole: stop.
    #[default]
    Stop,
    /// Leave the row out, count it, keep it.
    Skip,
    /// The export has no table of accounts: whoever acts is one.
    Add,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    platform: String,
    #[serde(default)]
    accounts: AccountsSpec,
    source: Vec<SourceSpec>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AccountsSpec {
    unknown: Unknown,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// Delimited text with a header line.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// Parquet.
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TableName {
    Accounts,
    Actions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceSpec {
    file: String,
    format: Format,
    table: TableName,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    delimiter: Option<char>,
    /// Cells that mean "nothing", besides the empty one.
    #[serde(default)]
    null: Vec<String>,
    time: Option<TimeSpec>,
    verb: Option<Verb>,
    verb_column: Option<String>,
    #[serde(default)]
    verbs: BTreeMap<String, Verb>,
    layer: Option<Layer>,
    #[serde(default)]
    emit: Vec<EmitSpec>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmitSpec {
    verb: Verb,
    layer: Option<Layer>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum TimeSpec {
    Named(String),
    Format(FormatSpec),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormatSpec {
    format: String,
    zone: String,
}

/// Why a mapping file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// It cannot be read.
    #[error("the mapping {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It does not say what a mapping has to say.
    #[error("the mapping {} is not right:\n{detail}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        detail: String,
    },
}

impl Explain for MappingError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "mapping/unreadable",
            Self::Malformed { .. } => "mapping/malformed",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => {
                Some("name a mapping file: `avert ingest MAPPING.toml`".into())
            }
            Self::Malformed { .. } => Some(
                "docs/investigate/mapping-files.md has an example of every key; \
                 `avert reference tables` lists the columns"
                    .into(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Mapping::parse(text, Path::new("m.toml"))
            .unwrap_err()
            .to_string()
    }

    const HEAD: &str = "platform = \"p\"\n[[source]]\nfile = \"a.csv\"\nformat = \"csv\"\n";

    #[test]
    fn a_misspelt_key_is_an_error_with_its_line() {
        let text = error(
            "platform = \"p\"\n[[source]]\nfile = \"a\"\nformat = \"csv\"\ntable = \"accounts\"\ncolums = {}\n",
        );
        assert!(text.contains("line 6") && text.contains("colums"), "{text}");
    }

    #[test]
    fn an_unknown_canonical_column_is_named_with_those_there_are() {
        let text = error(&format!(
            "{HEAD}table = \"accounts\"\ncolumns = {{ id = \"a\", mail = \"b\" }}\n"
        ));
        assert!(
            text.contains("source 1 (a.csv)") && text.contains("'mail'") && text.contains("email"),
            "{text}"
        );
    }

    #[test]
    fn what_rows_cannot_do_without_is_asked_for() {
        let actions = format!("{HEAD}table = \"actions\"\n");
        assert!(error(&format!("{HEAD}table = \"accounts\"\n")).contains("'id'"));
        assert!(error(&actions).contains("'account'"));
        let columns = "columns = { account = \"a\" }\n";
        assert!(error(&format!("{actions}{columns}")).contains("verb"));
        let timed = "columns = { account = \"a\", at = \"t\" }\nverb = \"post\"\n";
        assert!(error(&format!("{actions}{timed}")).contains("time"));
        assert!(error(&format!("{actions}{columns}verb = \"poke\"\n")).contains("poke"));
    }

    #[test]
    fn a_zone_that_does_not_exist_is_an_error() {
        let text = error(&format!(
            "{HEAD}table = \"actions\"\ncolumns = {{ account = \"a\", at = \"t\" }}\nverb = \"post\"\n\
             time = {{ format = \"%Y\", zone = \"Mars/Olympus\" }}\n"
        ));
        assert!(text.contains("Mars/Olympus"), "{text}");
    }
}
