//! Known-hostile accounts and indicators, as an investigator hands them in.
//!
//! It owns the file's form. What a seed does to whoever touches it is not decided here.

use std::collections::BTreeMap;
use std::str::FromStr;

use avert_model::{AccountId, Explain, Layer, Outcome};

/// No line of a seeds file may be longer.
const LONGEST_LINE_BYTES: usize = 4096;

/// Accounts and objects that are known to be hostile, sorted and distinct.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seeds {
    accounts: Vec<AccountId>,
    objects: Vec<(Layer, String)>,
    /// Why some of them are, where somebody said so, by layer and object; of accounts without a layer.
    reasons: BTreeMap<(Option<Layer>, String), String>,
}

impl Seeds {
    /// Nothing is known beforehand.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads a seeds file; `name` is what errors call it.
    ///
    /// One seed a line: an account's id as the platform writes it, or `layer:object` with one of
    /// the layers' words (or one of your own, `x-…`), the object exactly as the snapshot has it.
    /// `account:ID` is an account whatever its id looks like. Empty lines and lines that start
    /// with `#` say nothing.
    ///
    /// # Errors
    /// [`SeedsError`] with file and line of the first line that cannot be meant as it stands.
    pub fn parse(text: &str, name: &str) -> Result<Self, SeedsError> {
        let mut seeds = Self::none();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            seeds.line(line).map_err(|problem| SeedsError {
                file: name.to_owned(),
                line: number,
                problem,
            })?;
        }
        seeds.accounts.sort();
        seeds.accounts.dedup();
        seeds.objects.sort();
        seeds.objects.dedup();
        Ok(seeds)
    }

    fn line(&mut self, line: &str) -> Result<(), SeedProblem> {
        if line.len() > LONGEST_LINE_BYTES {
            return Err(SeedProblem::TooLong);
        }
        if line.chars().any(char::is_control) {
            return Err(SeedProblem::ControlCharacter);
        }
        let Some((prefix, rest)) = line.split_once(':') else {
            self.accounts.push(AccountId::new(line));
            return Ok(());
        };
        let rest = rest.trim();
        let layer = Layer::from_str(prefix);
        if rest.is_empty() && (prefix == "account" || layer.is_ok()) {
            return Err(SeedProblem::NothingAfter(prefix.to_owned()));
        }
        match layer {
            _ if prefix == "account" => self.accounts.push(AccountId::new(rest)),
            Ok(layer) => self.objects.push((layer, rest.to_owned())),
            Err(_) if prefix.starts_with("x-") => {
                return Err(SeedProblem::BadLayer(prefix.to_owned()));
            }
            Err(_) if rest.starts_with("//") => return Err(SeedProblem::BareLink),
            Err(_) => self.accounts.push(AccountId::new(line)),
        }
        Ok(())
    }

    /// The same, and these accounts.
    #[must_use]
    pub fn with_accounts(&self, accounts: impl IntoIterator<Item = AccountId>) -> Self {
        let mut seeds = self.clone();
        seeds.accounts.extend(accounts);
        seeds.accounts.sort();
        seeds.accounts.dedup();
        seeds
    }

    /// The same, and these accounts and objects, each with why it is hostile: a fact about who touches it says so.
    #[must_use]
    pub fn with_reasons(
        &self,
        seeds: impl IntoIterator<Item = ((Option<Layer>, String), String)>,
    ) -> Self {
        let mut all = self.clone();
        for ((layer, name), why) in seeds {
            match &layer {
                None => all.accounts.push(AccountId::new(name.as_str())),
                Some(layer) => all.objects.push((layer.clone(), name.clone())),
            }
            all.reasons.insert((layer, name), why);
        }
        all.accounts.sort();
        all.accounts.dedup();
        all.objects.sort();
        all.objects.dedup();
        all
    }

    /// Why an object is hostile, or an account where there is no layer, if somebody said so.
    pub fn reason(&self, layer: Option<&Layer>, name: &str) -> Option<&str> {
        if self.reasons.is_empty() {
            return None;
        }
        let key = (layer.cloned(), name.to_owned());
        self.reasons.get(&key).map(String::as_str)
    }

    /// The known-hostile accounts, sorted.
    pub fn accounts(&self) -> &[AccountId] {
        &self.accounts
    }

    /// The known-hostile objects with their layers, sorted.
    pub fn objects(&self) -> &[(Layer, String)] {
        &self.objects
    }

    /// Whether nothing is known beforehand.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.objects.is_empty()
    }

    /// Whether this account is known to be hostile.
    pub fn has_account(&self, id: &str) -> bool {
        self.accounts
            .binary_search_by(|account| account.as_str().cmp(id))
            .is_ok()
    }

    /// Whether this object is known to be hostile.
    pub fn has_object(&self, layer: &Layer, object: &str) -> bool {
        self.objects
            .binary_search_by(|(of, known)| of.cmp(layer).then_with(|| known.as_str().cmp(object)))
            .is_ok()
    }
}

/// A seeds file could not be read as it stands. Nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: not a seed")]
pub struct SeedsError {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    #[source]
    pub problem: SeedProblem,
}

/// What is wrong with a line of a seeds file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeedProblem {
    /// A layer's word, and no object.
    #[error("nothing follows '{0}:'")]
    NothingAfter(String),
    /// A link without the layer's word in front. As an account's id it would never match.
    #[error("a link needs its layer in front")]
    BareLink,
    /// `x-` and something that cannot name a layer.
    #[error("'{0}' cannot name a layer: after 'x-' come lower-case letters, digits and hyphens")]
    BadLayer(String),
    /// A control character, which no id or object has.
    #[error("it has a control character in it")]
    ControlCharacter,
    /// Longer than any id or object.
    #[error("it is longer than 4096 bytes")]
    TooLong,
}

impl Explain for SeedsError {
    fn code(&self) -> &'static str {
        "detect/bad-seed"
    }

    fn hint(&self) -> Option<String> {
        Some(match &self.problem {
            SeedProblem::BareLink => "write 'link:' or 'file:' before it".to_owned(),
            SeedProblem::NothingAfter(prefix) => {
                format!("write what is meant after '{prefix}:', or take the line out")
            }
            _ => "write an account's id, or a layer and an object like 'ip:192.0.2.7'; \
                  'account:' before an id makes it an account whatever it looks like"
                .to_owned(),
        })
    }

    fn outcome(&self) -> Outcome {
        Outcome::NothingChanged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Seeds {
        Seeds::parse(text, "seeds.txt").unwrap()
    }

    fn fails(text: &str) -> SeedsError {
        Seeds::parse(text, "seeds.txt").unwrap_err()
    }

    #[test]
    fn accounts_and_objects_stand_one_a_line() {
        let seeds = check(
            "\u{feff}# from last year's case\r\n\r\n u-17 \r\nip:192.0.2.7\nx-order-book: 9\n  # end",
        );
        assert_eq!(seeds.accounts(), [AccountId::from("u-17")]);
        assert_eq!(
            seeds.objects(),
            [
                (Layer::Ip, "192.0.2.7".to_owned()),
                ("x-order-book".parse().unwrap(), "9".to_owned()),
            ]
        );
        assert!(seeds.has_account("u-17"));
        assert!(!seeds.has_account("u-1"));
        assert!(seeds.has_object(&Layer::Ip, "192.0.2.7"));
        assert!(!seeds.has_object(&Layer::Device, "192.0.2.7"));
    }

    #[test]
    fn an_id_with_a_colon_in_it_is_an_account() {
        let seeds = check("@anna:chat.example.org\naccount:link:7\nlink:https://a.example.org/#x");
        assert!(seeds.has_account("@anna:chat.example.org"));
        assert!(seeds.has_account("link:7"));
        assert!(seeds.has_object(&Layer::Link, "https://a.example.org/#x"));
        assert_eq!(seeds.accounts().len(), 2);
    }

    #[test]
    fn a_seed_keeps_why_it_is_one() {
        let link = (Some(Layer::Link), "https://a.example.org/".to_owned());
        let account = (None, "u-9".to_owned());
        let seeds = check("u-17").with_reasons([
            (link, "a list".to_owned()),
            (account, "a mailbox".to_owned()),
        ]);
        assert!(seeds.has_account("u-9") && seeds.has_account("u-17"));
        assert!(seeds.has_object(&Layer::Link, "https://a.example.org/"));
        assert_eq!(
            seeds.reason(Some(&Layer::Link), "https://a.example.org/"),
            Some("a list")
        );
        assert_eq!(seeds.reason(None, "u-9"), Some("a mailbox"));
        assert_eq!(seeds.reason(None, "u-17"), None);
    }

    #[test]
    fn every_seed_is_found_again_in_whatever_order_the_file_has_them() {
        let seeds = check("b\na\nc\na\nlink:z\nip:9\nip:1\nip:9\nfile:q");
        assert_eq!((seeds.accounts().len(), seeds.objects().len()), (3, 4));
        assert!(["a", "b", "c"].iter().all(|id| seeds.has_account(id)));
        for (layer, object) in [(Layer::Link, "z"), (Layer::Ip, "9"), (Layer::Ip, "1")] {
            assert!(seeds.has_object(&layer, object));
        }
    }

    #[test]
    fn a_file_without_seeds_is_no_seeds() {
        assert_eq!(check("# nothing yet\n"), Seeds::none());
        assert!(Seeds::none().is_empty());
        assert!(!check("u-17").is_empty());
    }

    #[test]
    fn a_line_that_cannot_be_meant_is_refused_with_file_and_line() {
        let error = fails("u-17\n\nip: \n");
        assert_eq!(error.to_string(), "seeds.txt, line 3: not a seed");
        assert_eq!(error.problem, SeedProblem::NothingAfter("ip".to_owned()));
        assert_eq!(error.code(), "detect/bad-seed");
        assert_eq!(
            fails("account:").problem.to_string(),
            "nothing follows 'account:'"
        );
        assert_eq!(
            fails("https://a.example.org").problem,
            SeedProblem::BareLink
        );
        assert!(
            fails("https://a.example.org")
                .hint()
                .unwrap()
                .contains("link:")
        );
        assert_eq!(
            fails("x-Desk:9").problem,
            SeedProblem::BadLayer("x-Desk".to_owned())
        );
        assert_eq!(fails("u-1\u{1b}[2J").problem, SeedProblem::ControlCharacter);
        assert_eq!(fails(&"a".repeat(5000)).problem, SeedProblem::TooLong);
    }
}
