//! What to type when a watch stopped part-way.

use avert_model::Outcome;

use crate::args::Watch;
use crate::failure::Failure;

/// Events are in the log already, and may have been told of: whatever failed, the same command takes up
/// there.
pub(super) fn part_way(failure: Failure, args: &Watch) -> Failure {
    Failure {
        outcome: Outcome::PartWay {
            resume: command(args),
        },
        ..failure
    }
}

/// The command with everything that decides what is read, and what it is weighed by.
fn command(args: &Watch) -> String {
    let mut command = format!("avert watch --name {}", args.name);
    let mut add = |option: &str, value: &str| {
        command.extend([" --", option, " ", &quoted(value)]);
    };
    let files = [
        ("folder", &args.folder),
        ("seeds", &args.seeds),
        ("hubs", &args.hubs),
        ("cleared", &args.cleared),
        ("model", &args.model),
    ];
    for (option, path) in files {
        if let Some(path) = path {
            add(option, &path.display().to_string());
        }
    }
    if let Some(name) = &args.platform {
        add("platform", name);
        add("every", &args.every.to_string());
    }
    add("keep", &args.keep.to_string());
    if let Some(minutes) = args.seal_every {
        add("seal-every", &minutes.to_string());
    }
    if let Some(seconds) = args.until_idle {
        add("until-idle", &seconds.to_string());
    }
    if args.from_the_start {
        command.push_str(" --from-the-start");
    }
    if args.no_seal {
        command.push_str(" --no-seal");
    }
    command
}

/// As a shell reads it as one word.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./:@%+=,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_typed_so_that_a_shell_reads_it_as_one() {
        assert_eq!(quoted("spool/a.txt"), "spool/a.txt");
        assert_eq!(quoted("it's here"), r"'it'\''s here'");
        assert_eq!(quoted(""), "''");
    }
}
