//! Documents made from the code: completions, manual pages, references.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use avert_detect::{LayerSettings, Settings};
use avert_model::Layer;
use clap::CommandFactory as _;

use super::Answer;
use crate::args::{Cli, Reference};
use crate::config::TEMPLATE;
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;

pub(super) fn completions(
    shell: clap_complete::Shell,
    printer: &Printer,
) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "avert", &mut script);
    printer.raw(&String::from_utf8_lossy(&script))?;
    Ok(Answer::Done)
}

/// Prints the main page, or writes every command's page into a folder.
pub(super) fn man(out: Option<&Path>, printer: &Printer) -> Result<Answer, Failure> {
    let mut root = Cli::command();
    root.build();
    let Some(folder) = out else {
        printer.raw(&page(&root)?)?;
        return Ok(Answer::Done);
    };
    fs::create_dir_all(folder).map_err(|source| file("make", folder, source))?;
    let mut pages = vec![root];
    let mut written = 0_u32;
    while let Some(command) = pages.pop() {
        let name = command
            .get_display_name()
            .unwrap_or_else(|| command.get_name())
            .to_owned();
        let path = folder.join(format!("{name}.1"));
        fs::write(&path, page(&command)?).map_err(|source| file("write", &path, source))?;
        written += 1;
        pages.extend(
            command
                .get_subcommands()
                .filter(|verb| !verb.is_hide_set())
                .cloned(),
        );
    }
    printer.talk(&format!("wrote {written} pages to {}", folder.display()));
    Ok(Answer::Done)
}

fn page(command: &clap::Command) -> Result<String, CommandError> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut page)
        .map_err(|source| file("write", Path::new("the manual page"), source))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn file(what: &'static str, path: &Path, source: std::io::Error) -> CommandError {
    CommandError::File {
        what,
        path: path.to_owned(),
        source,
    }
}

/// Prints a reference that docs/ carries; the checks compare the two.
pub(super) fn reference(which: Reference, printer: &Printer) -> Result<Answer, Failure> {
    let text = match which {
        Reference::Commands => commands(),
        Reference::Tables => avert_events::schema::describe(),
        Reference::Configuration => format!(
            "# Configuration\n\nWhat `avert init` writes: every section, with its meaning. \
             `avert config show` prints every value in force and where it comes from.\n\n\
             ```toml\n{TEMPLATE}```\n\n{}",
            detection()
        ),
    };
    printer.raw(&text)?;
    Ok(Answer::Done)
}

/// The settings of detection with their defaults.
fn detection() -> String {
    let settings = Settings {
        layers: Layer::KNOWN
            .iter()
            .filter(|layer| !matches!(layer, Layer::Money | Layer::Registration | Layer::Activity))
            .map(|layer| (layer.clone(), LayerSettings::of(layer)))
            .collect(),
        ..Settings::default()
    };
    let table = BTreeMap::from([("detect", settings)]);
    let text = toml::to_string(&table).expect("settings are numbers in tables");
    format!(
        "## Detection\n\nThe defaults of `[detect]`; what is left out stays as it is. A layer without \
         `window_seconds` has no window.\n\n```toml\n{text}```\n"
    )
}

/// Every command's help, as Markdown.
fn commands() -> String {
    let mut root = Cli::command().term_width(100);
    root.build();
    let mut text = String::from("# Commands\n\nWhat `avert --help` and its subcommands print.\n");
    describe(&mut root, &mut text);
    text
}

fn describe(command: &mut clap::Command, text: &mut String) {
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
        .replace('-', " ");
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    let _ = write!(
        text,
        "\n## {name}\n\n```text\n{}\n```\n",
        lines.join("\n").trim_end()
    );
    for verb in command
        .get_subcommands_mut()
        .filter(|verb| !verb.is_hide_set())
    {
        describe(verb, text);
    }
}
