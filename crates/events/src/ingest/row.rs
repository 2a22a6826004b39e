//! One row of a source: cells as bytes, looked at when they are asked for.

use avert_model::{Account, AccountId, AccountStatus, DisplayName, Email, Handle, Timestamp, Verb};

use crate::mapping::{AccountField, ActionField, Emission, Source, TimeRule, VerbRule};
use crate::snapshot::ActionRow;

/// The longest cell that is taken.
pub(super) const CELL_BYTES: usize = 1 << 20;

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// For counting.
    pub(super) reason: &'static str,
    /// For reading.
    pub(super) detail: String,
}

impl Fault {
    pub(super) fn new(reason: &'static str, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}

/// The cells of one row, in the order of [`Source::columns`].
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) bytes: &'a [u8],
    /// Where each cell is in `bytes`; `None` where there is nothing.
    pub(super) spans: &'a [Option<(usize, usize)>],
    /// Whether a cell is microseconds since 1970 UTC, whatever the mapping says of times; a column
    /// beyond its end is not.
    pub(super) micros: &'a [bool],
}

impl<'a> Row<'a> {
    /// A cell, or nothing where it is empty or says so.
    fn cell(&self, source: &Source, column: usize) -> Result<Option<&'a str>, Fault> {
        let Some((from, to)) = self.spans[column] else {
            return Ok(None);
        };
        let bytes = &self.bytes[from..to];
        if bytes.is_empty() {
            return Ok(None);
        }
        let named = |what: &str| format!("column '{}' {what}", source.columns[column]);
        if bytes.len() > CELL_BYTES {
            return Err(Fault::new(
                "cell too long",
                named(&format!("has {} bytes; 1 MiB is the most", bytes.len())),
            ));
        }
        if bytes.contains(&0) {
            return Err(Fault::new("NUL byte", named("holds a NUL byte")));
        }
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Fault::new("not UTF-8", named("is not UTF-8 text")))?;
        Ok(if source.null.iter().any(|null| null == text) {
            None
        } else {
            Some(text)
        })
    }

    fn time(&self, source: &Source, column: usize) -> Result<Option<i64>, Fault> {
        let Some(text) = self.cell(source, column)? else {
            return Ok(None);
        };
        let rule = if self.micros.get(column) == Some(&true) {
            &TimeRule::Epoch(1)
        } else {
            let rule = source.time.as_ref();
            rule.expect("a mapping with times says how they read")
        };
        match rule.read(text) {
            Some(at) => Ok(Some(at)),
            None => Err(Fault::new(
                "time cannot be read",
                format!(
                    "column '{}' holds '{}', which is no such time",
                    source.columns[column],
                    short(text)
                ),
            )),
        }
    }

    /// The row as an account.
    pub(super) fn account(
        &self,
        source: &Source,
        fields: &[(AccountField, usize)],
    ) -> Result<Account, Fault> {
        let mut account = Account::bare(AccountId::new(""));
        let mut id = None;
        for (field, column) in fields {
            let column = *column;
            if *field == AccountField::CreatedAt {
                account.created_at = self
                    .time(source, column)?
                    .map(|at| Timestamp::from_microsecond(at).expect("the rule checked the range"));
                continue;
            }
            let text = self.cell(source, column)?;
            let owned = || text.map(str::to_owned);
            match field {
                AccountField::Id => id = text,
                AccountField::Handle => account.handle = owned().map(Handle::new),
                AccountField::DisplayName => account.display_name = owned().map(DisplayName::new),
                AccountField::Email => account.email = owned().map(Email::new),
                AccountField::Avatar => {
                    account.avatar = text
                        .map(|text| avatar(text, &source.columns[column]))
                        .transpose()?;
                }
                AccountField::Bio => account.bio = owned(),
                AccountField::Profession => account.profession = owned(),
                AccountField::Place => account.place = owned(),
                AccountField::TimeZone => account.time_zone = owned(),
                AccountField::Language => account.language = owned(),
                AccountField::Verified => {
                    account.verified = text
                        .map(|text| flag(text, &source.columns[column]))
                        .transpose()?;
                }
                AccountField::Status => {
                    account.status = text
                        .map(|text| status(text, &source.columns[column]))
                        .transpose()?;
                }
                AccountField::CreatedAt => unreachable!("handled above"),
            }
        }
        let id = id.ok_or_else(|| Fault::new("no id", "the account has no id"))?;
        account.id = AccountId::new(id);
        Ok(account)
    }

    /// The row as one action; nothing if this emission asks for something the row has not.
    pub(super) fn action(
        &self,
        source: &'a Source,
        emission: &'a Emission,
    ) -> Result<Option<ActionRow<'a>>, Fault> {
        if let Some(column) = emission.only_with
            && self.cell(source, column)?.is_none()
        {
            return Ok(None);
        }
        let verb = match &emission.verb {
            VerbRule::Always(verb) => *verb,
            VerbRule::Column(column, words) => {
                let word = self.cell(source, *column)?.unwrap_or_default();
                let known = words
                    .get(word)
                    .copied()
                    .or_else(|| word.parse::<Verb>().ok());
                known.ok_or_else(|| {
                    let detail = format!(
                        "column '{}' holds '{}', which [source.verbs] does not map",
                        source.columns[*column],
                        short(word)
                    );
                    Fault::new("unknown verb", detail)
                })?
            }
        };
        let mut row = ActionRow::new("", verb);
        row.layer = emission.layer.as_deref();
        let mut account = None;
        for (field, column) in &emission.fields {
            let column = *column;
            match field {
                ActionField::At => row.at = self.time(source, column)?,
                ActionField::Count => {
                    if let Some(text) = self.cell(source, column)? {
                        row.count = count(text, &source.columns[column])?;
                    }
                }
                ActionField::Layer => {
                    if let Some(text) = self.cell(source, column)? {
                        layer(text, &source.columns[column])?;
                        row.layer = Some(text);
                    }
                }
                ActionField::Account => account = self.cell(source, column)?,
                ActionField::Target => row.target = self.cell(source, column)?,
                ActionField::Object => row.object = self.cell(source, column)?,
                ActionField::Ip => row.ip = self.cell(source, column)?,
                ActionField::Device => row.device = self.cell(source, column)?,
                ActionField::UserAgent => row.user_agent = self.cell(source, column)?,
                ActionField::Text => row.text = self.cell(source, column)?,
            }
        }
        row.account =
            account.ok_or_else(|| Fault::new("no account", "nobody is said to have done it"))?;
        Ok(Some(row))
    }
}

/// A cell's text, short enough for a message.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn wrong(column: &str, text: &str, expected: &str) -> Fault {
    Fault::new(
        "wrong type",
        format!(
            "column '{column}' holds '{}', which is not {expected}",
            short(text)
        ),
    )
}

fn flag(text: &str, column: &str) -> Result<bool, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "t" => Ok(true),
        "false" | "no" | "0" | "f" => Ok(false),
        _ => Err(wrong(column, text, "true or false")),
    }
}

fn status(text: &str, column: &str) -> Result<AccountStatus, Fault> {
    AccountStatus::ALL
        .into_iter()
        .find(|status| status.as_str() == text)
        .ok_or_else(|| wrong(column, text, "active, restricted, disabled or gone"))
}

fn avatar(text: &str, column: &str) -> Result<String, Fault> {
    let hash = text.to_ascii_lowercase();
    let well_formed =
        matches!(hash.len(), 16 | 64) && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if well_formed {
        Ok(hash)
    } else {
        Err(wrong(column, text, "16 or 64 hexadecimal digits"))
    }
}

fn count(text: &str, column: &str) -> Result<u32, Fault> {
    match text.parse::<u32>() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(wrong(column, text, "a whole number from 1")),
    }
}

fn layer(text: &str, column: &str) -> Result<(), Fault> {
    match text.parse::<avert_model::Layer>() {
        Ok(_) => Ok(()),
        Err(_) => Err(wrong(
            column,
            text,
            "a layer, or a name that starts with 'x-'",
        )),
    }
}
