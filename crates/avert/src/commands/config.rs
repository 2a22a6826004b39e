//! `avert config show`: every value with its source.

use serde::Serialize;

use super::Answer;
use crate::args::Config;
use crate::config;
use crate::context::Context;
use crate::failure::Failure;
use crate::text::Table;

#[derive(Serialize)]
struct Setting {
    key: String,
    value: String,
    source: &'static str,
}

pub(super) fn run(verb: &Config, context: &Context<'_>) -> Result<Answer, Failure> {
    let Config::Show = verb;
    let values: Vec<Setting> = config::sources(&context.config_path)?
        .into_iter()
        .map(|(key, value, given)| Setting {
            key,
            value,
            source: if given { "avert.toml" } else { "default" },
        })
        .collect();
    context.printer.results(&values, |values| {
        let mut table = Table::new(&["key", "value", "source"]);
        for value in values {
            table.row([
                value.key.clone(),
                value.value.clone(),
                value.source.to_owned(),
            ]);
        }
        table.render("nothing is set\n")
    })?;
    Ok(Answer::Done)
}
