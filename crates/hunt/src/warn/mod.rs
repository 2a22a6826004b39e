//! The gate: what stands on a warning list is not acted on without a person's say.
//!
//! Warning lists name what is honest, or everybody's, and turns up in feeds of indicators all the same: resolvers, content
//! delivery networks, sinkholes, the hashes of empty files. They are kept as sets of indicators are, on disk.

mod misp;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use avert_model::{Explain, Timestamp};
use regex::{Regex, RegexBuilder};

use crate::assertion::{Assertion, Decay};
use crate::kind::{Kind, Kinds};
use crate::normal::{Indicator, address, masked};
use crate::set::{IndicatorSet, SetBuilder, SetError};
use misp::{Compare, List};

/// No list is larger, in bytes.
const LARGEST_LIST: u64 = 1 << 30;
/// No pattern takes more, in bytes once it is made.
const LARGEST_PATTERN: usize = 1 << 20;

/// A warning list could not be read.
#[derive(Debug, thiserror::Error)]
pub enum WarnError {
    /// The operating system refused something.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Not one of MISP's.
    #[error("{} is no warning list", path.display())]
    NotAList {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: serde_json::Error,
    },
    /// There is none.
    #[error("there is no list.json in {}", .0.display())]
    None(PathBuf),
    /// The set of them cannot be written or read.
    #[error("the warning lists could not be kept or read")]
    Set(#[source] SetError),
}

impl From<SetError> for WarnError {
    fn from(error: SetError) -> Self {
        Self::Set(error)
    }
}

impl Explain for WarnError {
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "indicators/warning-list-file",
            Self::NotAList { .. } => "indicators/not-a-warning-list",
            Self::None(_) => "indicators/no-warning-list",
            Self::Set(source) => source.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::File { .. } => Some("is the name right, and may you read it?".into()),
            Self::NotAList { .. } | Self::None(_) => Some(
                "hand in MISP's warning lists: the folder `lists` of misp-warninglists, or of PyPI's \
                 pymispwarninglists"
                    .into(),
            ),
            Self::Set(source) => source.hint(),
        }
    }
}

/// What became of the lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct WarnReport {
    /// How many lists were read.
    pub lists: u64,
    /// How many entries they have.
    pub entries: u64,
    /// Entries that cannot be compared with anything, by list.
    pub unreadable: BTreeMap<String, u64>,
}

/// Reads warning lists, files or folders of them, and writes them down as two sets: what is looked up, and the few
/// patterns that every value is compared with.
pub fn compile(
    paths: &[PathBuf],
    folder: &Path,
    at: Timestamp,
) -> Result<(PathBuf, PathBuf, WarnReport), WarnError> {
    let mut report = WarnReport::default();
    let (mut exact, mut patterns) = (SetBuilder::new(folder), SetBuilder::new(folder));
    for path in paths {
        let files = files(path)?;
        if files.is_empty() {
            return Err(WarnError::None(path.clone()));
        }
        for file in files {
            let list = list(&file)?;
            report.lists += 1;
            report.entries += list.entries.len() as u64;
            let is_pattern = matches!(list.kind, Compare::Substring | Compare::Regex);
            let builder = if is_pattern {
                &mut patterns
            } else {
                &mut exact
            };
            take(&list, at, builder, &mut report)?;
        }
    }
    let (exact, _) = exact.finish()?;
    let (patterns, _) = patterns.finish()?;
    Ok((exact, patterns, report))
}

fn take(
    list: &List,
    at: Timestamp,
    builder: &mut SetBuilder,
    report: &mut WarnReport,
) -> Result<(), WarnError> {
    let assertion = Assertion {
        label: list.name.clone(),
        source: list.kind.as_str().to_owned(),
        reference: list.kinds().bits().to_string(),
        tlp: None,
        pap: None,
        admiralty: None,
        score: None,
        first_seen: None,
        last_seen: at,
        expires: None,
        is_revoked: false,
        decay: Decay::USUAL,
    };
    for entry in &list.entries {
        let made = match list.kind {
            Compare::Cidr => match Indicator::parse(entry) {
                Ok(one) if matches!(one.kind(), Kind::Address | Kind::Network) => Some(one),
                _ => None,
            },
            Compare::String | Compare::Hostname => match Indicator::parse(entry) {
                Ok(one) => Some(one),
                Err(_) => Indicator::text(entry.trim_start_matches('.')).ok(),
            },
            Compare::Substring => Indicator::text(entry).ok(),
            Compare::Regex => {
                // Of a pattern capitals mean something: it is kept as it is.
                let is_one = entry.len() < LARGEST_PATTERN && pattern(entry).is_some();
                is_one.then(|| Indicator::new(Kind::Text, entry.clone()))
            }
        };
        match made {
            Some(one) => builder.add(&one, &assertion)?,
            None => *report.unreadable.entry(list.name.clone()).or_default() += 1,
        }
    }
    Ok(())
}

fn files(path: &Path) -> Result<Vec<PathBuf>, WarnError> {
    let failed = |source| WarnError::File {
        path: path.to_owned(),
        source,
    };
    if !std::fs::metadata(path).map_err(failed)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let inner = path.join("list.json");
        if inner.is_file() {
            files.push(inner);
        } else if path.file_name().is_some_and(|name| name == "list.json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn list(path: &Path) -> Result<List, WarnError> {
    let failed = |source| WarnError::File {
        path: path.to_owned(),
        source,
    };
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    io::Read::read_to_end(&mut io::Read::take(file, LARGEST_LIST), &mut text).map_err(failed)?;
    serde_json::from_slice(&text).map_err(|source| WarnError::NotAList {
        path: path.to_owned(),
        source,
    })
}

/// A pattern as MISP writes it: `/…/flags`.
fn pattern(text: &str) -> Option<Regex> {
    let (body, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    // PCRE lets a character be escaped that need not be.
    let body = body
        .replace("\\@", "@")
        .replace("\\/", "/")
        .replace("\\-", "-");
    RegexBuilder::new(&body)
        .case_insensitive(flags.contains('i'))
        .size_limit(LARGEST_PATTERN)
        .build()
        .ok()
}

/// Warning lists that were opened.
#[derive(Debug)]
pub struct Warnings {
    exact: IndicatorSet,
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    what: What,
    list: String,
    kinds: Kinds,
}

#[derive(Debug)]
enum What {
    Part(String),
    Regex(Regex),
}

impl Warnings {
    /// Opens what [`compile`] wrote.
    pub fn open(exact: &Path, patterns: &Path) -> Result<Self, WarnError> {
        let mut all = Vec::new();
        for record in IndicatorSet::open(patterns)?.records() {
            let record = record?;
            for said in record.assertions {
                let text = record.indicator.value();
                let what = if said.source == Compare::Regex.as_str() {
                    pattern(text).map(What::Regex)
                } else {
                    Some(What::Part(text.to_owned()))
                };
                all.extend(what.map(|what| Pattern {
                    what,
                    kinds: kinds(&said),
                    list: said.label,
                }));
            }
        }
        Ok(Self {
            exact: IndicatorSet::open(exact)?,
            patterns: all,
        })
    }

    /// The lists that an indicator stands on, sorted. Of a network also those that the address stands on that was
    /// found in it.
    pub fn about(
        &self,
        indicator: &Indicator,
        found: Option<&str>,
    ) -> Result<Vec<String>, SetError> {
        let mut lists = BTreeSet::new();
        let kind = indicator.kind();
        self.look(
            indicator,
            kind,
            &[Compare::String, Compare::Hostname, Compare::Cidr],
            &mut lists,
        )?;
        if kind != Kind::Email
            && let Some(host) = indicator.host()
        {
            self.host(host, kind, &mut lists)?;
        }
        if kind == Kind::Network {
            let own = indicator.value().split('/').next().and_then(address);
            for address in own.into_iter().chain(found.and_then(address)) {
                self.address(address, kind, &mut lists)?;
            }
        }
        let value = indicator.value().to_lowercase();
        for pattern in self
            .patterns
            .iter()
            .filter(|pattern| pattern.kinds.has(kind))
        {
            let fits = match &pattern.what {
                What::Part(part) => value.contains(part.as_str()),
                What::Regex(regex) => regex.is_match(indicator.value()),
            };
            if fits && !lists.contains(&pattern.list) {
                lists.insert(pattern.list.clone());
            }
        }
        Ok(lists.into_iter().collect())
    }

    fn host(&self, host: &str, kind: Kind, lists: &mut BTreeSet<String>) -> Result<(), SetError> {
        if let Some(address) = address(host) {
            return self.address(address, kind, lists);
        }
        let whole = Indicator::new(Kind::Domain, host.to_owned());
        self.look(&whole, kind, &[Compare::String, Compare::Hostname], lists)?;
        let mut rest = host;
        while let Some((_, above)) = rest.split_once('.') {
            let kind_above = if above.contains('.') {
                Kind::Domain
            } else {
                Kind::Text
            };
            let above_it = Indicator::new(kind_above, above.to_owned());
            self.look(&above_it, kind, &[Compare::Hostname], lists)?;
            rest = above;
        }
        Ok(())
    }

    fn address(
        &self,
        address: IpAddr,
        kind: Kind,
        lists: &mut BTreeSet<String>,
    ) -> Result<(), SetError> {
        let alone = Indicator::new(Kind::Address, address.to_string());
        self.look(&alone, kind, &[Compare::String, Compare::Cidr], lists)?;
        let mut lengths = self.exact.hints().lengths(address);
        while lengths != 0 {
            let bits = u8::try_from(lengths.trailing_zeros()).unwrap_or(0);
            lengths &= lengths - 1;
            let network =
                Indicator::new(Kind::Network, format!("{}/{bits}", masked(address, bits)));
            self.look(&network, kind, &[Compare::Cidr], lists)?;
        }
        Ok(())
    }

    /// Adds the lists of these kinds that have exactly this.
    fn look(
        &self,
        entry: &Indicator,
        kind: Kind,
        compare: &[Compare],
        lists: &mut BTreeSet<String>,
    ) -> Result<(), SetError> {
        let record = self.exact.get(entry)?;
        for said in record.into_iter().flat_map(|record| record.assertions) {
            let counts = Compare::of(&said.source).is_some_and(|how| compare.contains(&how));
            if counts && kinds(&said).has(kind) {
                lists.insert(said.label);
            }
        }
        Ok(())
    }
}

fn kinds(said: &Assertion) -> Kinds {
    Kinds::of_bits(said.reference.parse().unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests;
