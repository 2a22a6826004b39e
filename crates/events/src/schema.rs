//! The canonical tables, column by column.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use avert_model::{AccountStatus, Layer, Verb};

/// The version of the tables. A snapshot of another version is refused, not guessed at.
pub const VERSION: u32 = 1;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// Text of few different values, stored as a dictionary.
    Word,
    /// Microseconds since 1970-01-01 UTC.
    Time,
    /// Yes or no.
    Flag,
    /// A whole number from 1.
    Count,
}

impl Kind {
    /// How it is stored in Parquet, as Arrow names it.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Word => DataType::Dictionary(Box::new(DataType::UInt8), Box::new(DataType::Utf8)),
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Flag => DataType::Boolean,
            Self::Count => DataType::UInt32,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Word => "text (dictionary)",
            Self::Time => "time, µs since 1970 UTC",
            Self::Flag => "boolean",
            Self::Count => "whole number, at least 1",
        }
    }
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name, in tables and mapping files.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be absent.
    pub nullable: bool,
    /// What a value means.
    pub meaning: &'static str,
    /// What absence means.
    pub null: &'static str,
}

const fn column(
    name: &'static str,
    kind: Kind,
    nullable: bool,
    meaning: &'static str,
    null: &'static str,
) -> Column {
    Column {
        name,
        kind,
        nullable,
        meaning,
        null,
    }
}

/// The columns of `accounts`.
pub const ACCOUNTS: &[Column] = &[
    column(
        "id",
        Kind::Text,
        false,
        "the platform's own id; unique within a snapshot",
        "never",
    ),
    column(
        "handle",
        Kind::Text,
        true,
        "the name used to address the account",
        "the id serves, or not exported",
    ),
    column(
        "display_name",
        Kind::Text,
        true,
        "the name shown to others, written by its holder",
        "none, or not exported",
    ),
    column(
        "created_at",
        Kind::Time,
        true,
        "when it was registered",
        "not exported",
    ),
    column(
        "email",
        Kind::Text,
        true,
        "the address it was registered with",
        "none, or not exported",
    ),
    column(
        "avatar",
        Kind::Text,
        true,
        "perceptual hash of the profile picture: 16 or 64 hexadecimal digits",
        "no picture, or not hashed",
    ),
    column(
        "bio",
        Kind::Text,
        true,
        "what the profile says of its holder",
        "nothing, or not exported",
    ),
    column(
        "profession",
        Kind::Text,
        true,
        "the profession or employer it claims",
        "none claimed",
    ),
    column(
        "place",
        Kind::Text,
        true,
        "the place it claims, as written there",
        "none claimed",
    ),
    column(
        "time_zone",
        Kind::Text,
        true,
        "the time zone it claims, an IANA name",
        "none claimed",
    ),
    column(
        "language",
        Kind::Text,
        true,
        "the language notices should be in, a BCP 47 tag",
        "not known: English is used",
    ),
    column(
        "verified",
        Kind::Flag,
        true,
        "whether the platform verified who holds it",
        "the platform does not say",
    ),
    column(
        "status",
        Kind::Text,
        true,
        "active, restricted, disabled or gone, when the snapshot was taken",
        "the platform does not say",
    ),
];

/// The columns of `actions`.
pub const ACTIONS: &[Column] = &[
    column("account", Kind::Text, false, "who did it", "never"),
    column(
        "verb",
        Kind::Word,
        false,
        "what was done; see the verbs below",
        "never",
    ),
    column(
        "target",
        Kind::Text,
        true,
        "the account it was done to; need not be in `accounts`",
        "nobody in particular",
    ),
    column(
        "object",
        Kind::Text,
        true,
        "the thing it was done with: a URL, a file's hash, a post's id",
        "nothing in particular",
    ),
    column(
        "layer",
        Kind::Text,
        true,
        "what kind of thing `object` is; a known layer or one of your own, `x-…`",
        "the verb says it",
    ),
    column(
        "at",
        Kind::Time,
        true,
        "when",
        "not kept: counts only in layers without a window",
    ),
    column(
        "ip",
        Kind::Text,
        true,
        "the network address it came from, as recorded",
        "not recorded",
    ),
    column(
        "device",
        Kind::Text,
        true,
        "the device or installation it came from, as the platform names it",
        "not recorded",
    ),
    column(
        "user_agent",
        Kind::Text,
        true,
        "what the client called itself",
        "not recorded",
    ),
    column(
        "text",
        Kind::Text,
        true,
        "the words that went with it",
        "none, or only metadata may be read",
    ),
    column(
        "count",
        Kind::Count,
        false,
        "how many times, where the source had added rows up",
        "never; 1 if the source says nothing",
    ),
];

fn schema(columns: &[Column]) -> SchemaRef {
    let fields = columns
        .iter()
        .map(|column| Field::new(column.name, column.kind.data_type(), column.nullable));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The Arrow schema of `accounts`.
pub fn accounts() -> SchemaRef {
    schema(ACCOUNTS)
}

/// The Arrow schema of `actions`.
pub fn actions() -> SchemaRef {
    schema(ACTIONS)
}

/// The reference of both tables as Markdown.
pub fn describe() -> String {
    let mut text = format!(
        "# Canonical tables\n\nSchema version {VERSION}. A snapshot is a folder with \
         `accounts.parquet`, `actions.parquet` and `manifest.json`.\nTimes are UTC microseconds. \
         An absent value is null, never a default.\n"
    );
    for (name, order, columns) in [
        (
            "accounts",
            "one row for each account, sorted by id",
            ACCOUNTS,
        ),
        (
            "actions",
            "one row for each act, in the order of the sources",
            ACTIONS,
        ),
    ] {
        let _ = write!(
            text,
            "\n## `{name}`\n\n{order}.\n\n| column | type | meaning | null means |\n|---|---|---|---|\n"
        );
        for column in columns {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                column.name,
                column.kind.words(),
                column.meaning,
                column.null
            );
        }
    }
    text.push_str("\n## Verbs\n\n| verb | meaning |\n|---|---|\n");
    for verb in Verb::ALL {
        let _ = writeln!(text, "| `{verb}` | {} |", meaning(*verb));
    }
    let layers: Vec<String> = Layer::KNOWN
        .iter()
        .map(|layer| format!("`{layer}`"))
        .collect();
    let _ = write!(
        text,
        "\n## Layers\n\n{}, and names of your own that start with `x-`.\n",
        layers.join(", ")
    );
    let statuses: Vec<String> = AccountStatus::ALL
        .iter()
        .map(|status| format!("`{}`", status.as_str()))
        .collect();
    let _ = write!(text, "\n## Statuses\n\n{}.\n", statuses.join(", "));
    text
}

fn meaning(verb: Verb) -> &'static str {
    match verb {
        Verb::Register => "the account was made",
        Verb::SignIn => "somebody signed in to the account",
        Verb::ViewProfile => "looked at `target`'s profile",
        Verb::RequestContact => "asked `target` to connect",
        Verb::AcceptContact => "said yes to `target`'s request",
        Verb::DeclineContact => "said no to `target`'s request",
        Verb::Message => "wrote to `target`",
        Verb::Reply => "answered a message of `target`",
        Verb::ShareLink => "gave `target`, or everyone, the link `object`",
        Verb::ShareFile => "gave `target`, or everyone, the file `object`",
        Verb::ClickLink => "followed the link `object` that `target` had shared",
        Verb::OpenFile => "opened the file `object` that `target` had shared",
        Verb::Post => "published `object`",
        Verb::React => "reacted to `object`, by `target`",
        Verb::Follow => "began to follow `target`",
        Verb::ReportAbuse => "reported `target` as abusive",
        Verb::Transfer => "sent money or another asset to `target`",
        Verb::Act => "did something else; `layer` says with what kind of `object`",
    }
}
