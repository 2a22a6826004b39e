//! Whether a log names somebody: what `avert` writes to standard error is looked at wherever it runs.

use anyhow::{Result, bail};

/// Fails where a log holds anything that looks like a mail address. The address is not repeated.
pub(crate) fn check(what: &str, log: &str) -> Result<()> {
    let named = log.lines().position(names_somebody);
    if let Some(line) = named {
        bail!(
            "line {} of what {what} logged holds a mail address",
            line + 1
        );
    }
    Ok(())
}

fn names_somebody(line: &str) -> bool {
    let words =
        line.split(|character: char| character.is_whitespace() || "\"'<>(),;:".contains(character));
    // Whatever has a slash is the address of a server.
    words.filter(|word| !word.contains('/')).any(|word| {
        word.split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_are_seen_and_ids_and_servers_are_not() {
        let error = check("it", "fine\nno room for <ann@example.org>").unwrap_err();
        assert!(error.to_string().starts_with("line 2 "));
        check("it", "'@ann:example.org', postgres://a@db.example.org/x").unwrap();
    }
}
