//! From what a mapping says to what reading a row needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use avert_model::Verb;

use super::time::TimeRule;
use super::{Format, SourceSpec, TableName, TimeSpec};
use crate::schema;

/// One source file, resolved.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its name without folders, for errors and the manifest.
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) delimiter: u8,
    /// Cells that mean "nothing".
    pub(crate) null: Vec<String>,
    /// The file's columns that are read, each once; everything below points into it.
    pub(crate) columns: Vec<String>,
    pub(crate) time: Option<TimeRule>,
    pub(crate) rows: Rows,
}

/// What a row becomes.
#[derive(Debug, Clone)]
pub(crate) enum Rows {
    /// One account.
    Account(Vec<(AccountField, usize)>),
    /// One action for each of these.
    Actions(Vec<Emission>),
}

/// One action that a row becomes.
#[derive(Debug, Clone)]
pub(crate) struct Emission {
    pub(crate) verb: VerbRule,
    pub(crate) layer: Option<String>,
    pub(crate) fields: Vec<(ActionField, usize)>,
    /// Only if this column has something in it.
    pub(crate) only_with: Option<usize>,
}

/// Which verb a row means.
#[derive(Debug, Clone)]
pub(crate) enum VerbRule {
    /// Always this one.
    Always(Verb),
    /// The one that this column's word stands for.
    Column(usize, BTreeMap<String, Verb>),
}

macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name {
            $($variant,)+
        }

        impl $name {
            fn named(name: &str) -> Option<Self> {
                match name {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

fields! {
    /// A column of `accounts`.
    AccountField {
        Id = "id", Handle = "handle", DisplayName = "display_name", CreatedAt = "created_at",
        Email = "email", Avatar = "avatar", Bio = "bio", Profession = "profession",
        Place = "place", TimeZone = "time_zone", Language = "language", Verified = "verified",
        Status = "status",
    }
}

fields! {
    /// A column of `actions` that a cell can fill.
    ActionField {
        Account = "account", Target = "target", Object = "object", Layer = "layer", At = "at",
        Ip = "ip", Device = "device", UserAgent = "user_agent", Text = "text", Count = "count",
    }
}

/// The file's columns that are read, each once.
#[derive(Default)]
struct Columns(Vec<String>);

impl Columns {
    fn position(&mut self, name: &str) -> usize {
        self.0
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                self.0.push(name.to_owned());
                self.0.len() - 1
            })
    }

    fn fields<F>(
        &mut self,
        given: &BTreeMap<String, String>,
        named: impl Fn(&str) -> Option<F>,
        table: &[schema::Column],
    ) -> Result<Vec<(F, usize)>, String> {
        given
            .iter()
            .map(|(canonical, column)| {
                let field = named(canonical).ok_or_else(|| {
                    let known: Vec<&str> = table.iter().map(|column| column.name).collect();
                    format!(
                        "'{canonical}' is no column that a cell can fill: use {}",
                        known.join(", ")
                    )
                })?;
                Ok((field, self.position(column)))
            })
            .collect()
    }
}

/// Resolves one source.
pub(super) fn source(spec: SourceSpec, folder: &Path) -> Result<Source, String> {
    let mut columns = Columns::default();
    let time = match &spec.time {
        None => None,
        Some(TimeSpec::Named(name)) => Some(TimeRule::named(name)?),
        Some(TimeSpec::Format(spec)) => Some(TimeRule::format(spec.format.clone(), &spec.zone)?),
    };
    let rows = match spec.table {
        TableName::Accounts => accounts(&spec, &mut columns)?,
        TableName::Actions => actions(&spec, &mut columns)?,
    };
    let timed = match &rows {
        Rows::Account(fields) => fields
            .iter()
            .any(|(field, _)| *field == AccountField::CreatedAt),
        Rows::Actions(emissions) => emissions.iter().any(|emission| {
            emission
                .fields
                .iter()
                .any(|(field, _)| *field == ActionField::At)
        }),
    };
    if timed && time.is_none() {
        return Err("it has a column of times and does not say how they read: add time = …".into());
    }
    let delimiter = match spec.delimiter {
        None => b',',
        Some(character) if character.is_ascii() && !matches!(character, '"' | '\n' | '\r') => {
            u8::try_from(character).expect("ASCII fits a byte")
        }
        Some(character) => return Err(format!("'{character}' cannot be a delimiter")),
    };
    let path = folder.join(&spec.file);
    let name = path.file_name().map_or_else(
        || spec.file.clone(),
        |name| name.to_string_lossy().into_owned(),
    );
    Ok(Source {
        path,
        name,
        format: spec.format,
        delimiter,
        null: spec.null,
        columns: columns.0,
        time,
        rows,
    })
}

fn accounts(spec: &SourceSpec, columns: &mut Columns) -> Result<Rows, String> {
    let speaks_of_verbs =
        spec.verb.is_some() || spec.verb_column.is_some() || !spec.verbs.is_empty();
    if speaks_of_verbs || spec.layer.is_some() || !spec.emit.is_empty() {
        return Err("verb, verb_column, verbs, layer and emit are for table = \"actions\"".into());
    }
    let fields = columns.fields(&spec.columns, AccountField::named, schema::ACCOUNTS)?;
    if !fields.iter().any(|(field, _)| *field == AccountField::Id) {
        return Err("columns needs 'id'".into());
    }
    Ok(Rows::Account(fields))
}

fn actions(spec: &SourceSpec, columns: &mut Columns) -> Result<Rows, String> {
    let of = |columns: &mut Columns, given: &BTreeMap<String, String>| {
        columns.fields(given, ActionField::named, schema::ACTIONS)
    };
    let mut emissions = Vec::new();
    for emit in &spec.emit {
        let mut given = spec.columns.clone();
        given.extend(emit.columns.clone());
        let fields = of(columns, &given)?;
        let object = fields
            .iter()
            .find(|(field, _)| *field == ActionField::Object);
        emissions.push(Emission {
            verb: VerbRule::Always(emit.verb),
            layer: emit
                .layer
                .as_ref()
                .or(spec.layer.as_ref())
                .map(ToString::to_string),
            // A row without a hashtag shares no hashtag.
            only_with: object.map(|(_, column)| *column),
            fields,
        });
    }
    let verb = match (spec.verb, &spec.verb_column) {
        (Some(_), Some(_)) => return Err("verb and verb_column cannot both be given".into()),
        (Some(verb), None) => Some(VerbRule::Always(verb)),
        (None, Some(column)) => Some(VerbRule::Column(
            columns.position(column),
            spec.verbs.clone(),
        )),
        (None, None) => None,
    };
    if let Some(verb) = verb {
        emissions.push(Emission {
            verb,
            layer: spec.layer.as_ref().map(ToString::to_string),
            fields: of(columns, &spec.columns)?,
            only_with: None,
        });
    }
    let has_actor = |emission: &Emission| {
        emission
            .fields
            .iter()
            .any(|(field, _)| *field == ActionField::Account)
    };
    if !spec.columns.contains_key("account") && !emissions.iter().all(has_actor)
        || (emissions.is_empty() && !spec.columns.contains_key("account"))
    {
        return Err("columns needs 'account': who did it".into());
    }
    if emissions.is_empty() {
        return Err(
            "it does not say which verb its rows mean: add verb, verb_column or emit".into(),
        );
    }
    Ok(Rows::Actions(emissions))
}
