//! What must be in no word of a public report, and where it is all the same.
//!
//! The gate takes out the ids of what is withheld. An account's name or a link is no id: a text, or another link,
//! may say it. So whatever is told is read for it: the accounts of people who were reached, of victims and of
//! suspects, the names of one's own team, the ids of one's own store, and what is withheld.

use std::collections::BTreeSet;
use std::fmt;

use avert_model::{Dossier, MemberKind};
use serde_json::Value;

/// What a text says that is not for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// An account that is not told: of somebody who was reached, of a victim, of a suspect, or one that nobody
    /// acted on.
    Account,
    /// Somebody of one's own team.
    Team,
    /// An id of one's own store: a case, plan, list, finding or snapshot.
    StoreId,
    /// Something that is withheld.
    Withheld,
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Account => "an account that is not told",
            Self::Team => "somebody of your own team",
            Self::StoreId => "an id of your own store",
            Self::Withheld => "something that is withheld",
        })
    }
}

/// What must not be told.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// Accounts, in lower case.
    accounts: BTreeSet<String>,
    /// What is withheld, in lower case and not defanged.
    withheld: BTreeSet<String>,
    team: BTreeSet<String>,
    store_ids: BTreeSet<String>,
}

impl Hidden {
    /// What a dossier holds that nobody outside is told; `told` are the accounts that are.
    pub(super) fn of(dossier: &Dossier, told: &BTreeSet<&str>) -> Self {
        let mut hidden = Self::default();
        let findings = &dossier.findings;
        let members = findings.iter().flat_map(|finding| &finding.members);
        let reached = findings.iter().flat_map(|finding| &finding.contacts);
        let all = members
            .filter(|member| {
                member.kind != MemberKind::Persona || !told.contains(member.account.as_str())
            })
            .map(|member| &member.account)
            .chain(reached.map(|contact| &contact.account))
            .chain(dossier.contacts.iter().map(|contact| &contact.account));
        hidden
            .accounts
            .extend(all.map(|account| account.as_str().to_lowercase()));
        hidden.team = team_of(dossier);
        hidden.store_ids = store_ids_of(dossier);
        hidden
    }

    /// Hides what these objects would tell, and whatever else names it: gives the ids of those that do, and hides what
    /// they would tell in turn. `ours` are the ids of what is ours.
    pub(super) fn spread(
        &mut self,
        gone: &[&Value],
        ours: &BTreeSet<&str>,
        mut kept: Vec<Read<'_>>,
    ) -> BTreeSet<String> {
        let is_ours = |object: &Value| object["id"].as_str().is_none_or(|id| ours.contains(id));
        let names_in = |object: &Value| {
            if is_ours(object) {
                names_of(object)
            } else {
                names_of_others(object)
            }
        };
        let mut telling = BTreeSet::new();
        let mut names: Vec<String> = gone.iter().flat_map(|object| names_in(object)).collect();
        let mut reads_accounts = true;
        loop {
            names.retain(|name| self.withheld.insert(name.clone()));
            if names.is_empty() && !reads_accounts {
                return telling;
            }
            let names_one = |read: &Read<'_>| {
                let mut texts = read.texts.iter();
                texts.any(|text| {
                    reads_accounts && self.account_in(text).is_some()
                        || names.iter().any(|name| find(text, name).is_some())
                })
            };
            let (tell, rest): (Vec<_>, Vec<_>) = kept.into_iter().partition(names_one);
            kept = rest;
            names = tell.iter().flat_map(|read| names_in(read.object)).collect();
            telling.extend(tell.into_iter().map(|read| read.id.to_owned()));
            reads_accounts = false;
        }
    }

    /// The first thing in words of people that is not for everybody, and after how many characters it stands.
    pub(super) fn in_words(&self, text: &str) -> Option<(Secret, usize)> {
        let low = plain(text);
        let place = |at: usize| low[..at].chars().count();
        let named = |names: &BTreeSet<String>| names.iter().find_map(|name| find(&low, name));
        if let Some(at) = named(&self.withheld) {
            return Some((Secret::Withheld, place(at)));
        }
        if let Some(at) = self.account_in(&low) {
            return Some((Secret::Account, place(at)));
        }
        if let Some(at) = named(&self.team) {
            return Some((Secret::Team, place(at)));
        }
        named(&self.store_ids).map(|at| (Secret::StoreId, place(at)))
    }

    /// Where a text names an account. A word of letters alone may be a word, and a short number a number: these count
    /// with an `@` before them only.
    fn account_in(&self, low: &str) -> Option<usize> {
        let is_edge = |character: char| {
            character.is_whitespace() || "/?&=#<>\"'()[]{}|,;".contains(character)
        };
        let mut start = 0;
        for word in low.split(is_edge) {
            let at = start;
            start += word.len()
                + low[start + word.len()..]
                    .chars()
                    .next()
                    .map_or(0, char::len_utf8);
            let word = word.trim_end_matches(['.', ':', '!', '…', '’']);
            let bare = word.strip_prefix('@').unwrap_or(word);
            let may_be_a_word = bare.chars().all(char::is_alphabetic);
            let may_be_a_number = bare.len() < 5 && bare.bytes().all(|byte| byte.is_ascii_digit());
            let counts_bare = word != bare || !(may_be_a_word || may_be_a_number);
            if self.accounts.contains(word) && counts_bare
                || word != bare && self.accounts.contains(bare)
            {
                return Some(at);
            }
        }
        None
    }
}

/// An object that may be told, with its words as they are compared.
pub(super) struct Read<'a> {
    id: &'a str,
    object: &'a Value,
    texts: Vec<String>,
}

impl<'a> Read<'a> {
    pub(super) fn of(id: &'a str, object: &'a Value) -> Self {
        let texts = strings(object).into_iter().map(plain).collect();
        Self { id, object, texts }
    }
}

/// What an object would tell by its name or value.
fn names_of(object: &Value) -> Vec<String> {
    let names = ["user_id", "account_login", "display_name", "value", "name"];
    let hashes = object["hashes"].as_object();
    let said = names
        .iter()
        .map(|name| &object[*name])
        .chain(hashes.into_iter().flat_map(|hashes| hashes.values()));
    let said = said.filter_map(Value::as_str).map(plain);
    said.filter(|text| !text.is_empty()).collect()
}

/// The shortest name of something of others that counts: a tool may be called `at`.
const SHORTEST: usize = 5;

/// The same of what others made, where a name is one: techniques, tools and the like are called as everybody calls them.
fn names_of_others(object: &Value) -> Vec<String> {
    let has_names = matches!(
        object["type"].as_str(),
        Some(
            "campaign"
                | "identity"
                | "infrastructure"
                | "intrusion-set"
                | "malware"
                | "threat-actor"
        )
    );
    if !has_names {
        return Vec::new();
    }
    let aliases = object["aliases"].as_array().into_iter().flatten();
    let said = std::iter::once(&object["name"]).chain(aliases);
    let said = said.filter_map(Value::as_str).map(plain);
    said.filter(|name| name.chars().count() >= SHORTEST)
        .collect()
}

/// Everybody of one's own whom a dossier names.
fn team_of(dossier: &Dossier) -> BTreeSet<String> {
    let case = &dossier.case;
    let plans = dossier.plans.iter();
    let lists = dossier.notice_lists.iter();
    let signatures = plans
        .clone()
        .flat_map(|plan| &plan.signatures)
        .chain(lists.clone().flat_map(|list| &list.signatures))
        .map(|signature| &signature.by);
    let approvals = plans
        .filter_map(|plan| plan.approval.as_ref())
        .chain(lists.filter_map(|list| list.approval.as_ref()))
        .map(|approval| &approval.by);
    std::iter::once(&case.opened_by)
        .chain(case.notes.iter().map(|note| &note.by))
        .chain(dossier.changes.iter().map(|change| &change.by))
        .chain(dossier.words.iter().map(|words| &words.by))
        .chain(dossier.links.iter().map(|link| &link.by))
        .chain(signatures)
        .chain(approvals)
        .map(|name| name.to_lowercase())
        .filter(|name| !name.trim().is_empty())
        .collect()
}

fn store_ids_of(dossier: &Dossier) -> BTreeSet<String> {
    let findings = dossier.findings.iter();
    let mut ids = BTreeSet::from([dossier.case.id.to_string()]);
    ids.extend(dossier.plans.iter().map(|plan| plan.id.to_string()));
    ids.extend(dossier.notice_lists.iter().map(|list| list.id.to_string()));
    ids.extend(findings.flat_map(|finding| [finding.id.to_string(), finding.snapshot.to_string()]));
    ids
}

/// Every text of an object but ids, times and types, at any depth.
fn strings(value: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::String(text) => found.push(text.as_str()),
            Value::Array(items) => waiting.extend(items),
            Value::Object(members) => waiting.extend(
                members
                    .iter()
                    .filter(|(name, _)| !is_plumbing(name))
                    .map(|(_, value)| value),
            ),
            _ => {}
        }
    }
    found
}

fn is_plumbing(name: &str) -> bool {
    let ends = ["_ref", "_refs", "_seen", "_observed", "_types"];
    let are = [
        "id",
        "type",
        "spec_version",
        "created",
        "modified",
        "published",
        "valid_from",
    ];
    are.contains(&name) || ends.iter().any(|end| name.ends_with(end))
}

/// The text as it is compared: in lower case, links and addresses not defanged.
fn plain(text: &str) -> String {
    let text = text.to_lowercase();
    let text = text
        .replace("[.]", ".")
        .replace("[:]", ":")
        .replace("[@]", "@");
    text.replace("hxxp", "http")
}

/// Where a name stands in a text as a whole: not within a longer word.
fn find(text: &str, name: &str) -> Option<usize> {
    let edge = |character: Option<char>| !character.is_some_and(char::is_alphanumeric);
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        edge(text[..*at].chars().next_back()) && edge(text[at + name.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden() -> Hidden {
        let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Hidden {
            accounts: of(&["@ada:chat.example.org", "petra", "u1007", "4711"]),
            withheld: of(&["evil.example.org"]),
            team: of(&["ines okafor"]),
            store_ids: of(&["case-7"]),
        }
    }

    #[test]
    fn words_that_name_what_is_not_for_everybody_are_found_however_they_are_written() {
        for (text, secret) in [
            (
                "They wrote to @Ada:chat.example.org, twice.",
                Secret::Account,
            ),
            ("u1007 reported it", Secret::Account),
            ("see @petra.", Secret::Account),
            ("Zoë: @4711", Secret::Account),
            (
                "it came from hxxps[:]//EVIL[.]example[.]org/x",
                Secret::Withheld,
            ),
            ("and from mail.evil.example.org", Secret::Withheld),
            ("Ines Okafor found it", Secret::Team),
            ("as in case-7", Secret::StoreId),
        ] {
            assert_eq!(
                hidden().in_words(text).map(|(found, _)| found),
                Some(secret),
                "{text}"
            );
        }
        let (_, at) = hidden().in_words("Zoë says u1007").unwrap();
        assert_eq!(at, 9);
    }

    #[test]
    fn words_that_only_look_like_it_are_not() {
        for text in [
            "Petra is a city, and 4711 is a number",
            "u10071 and xu1007",
            "devil.example.org",
            "case-71",
        ] {
            assert_eq!(hidden().in_words(text), None, "{text}");
        }
    }

    #[test]
    fn an_object_is_read_but_for_its_ids_and_times() {
        let named = |value: Value| {
            let gone = serde_json::json!({ "value": "evil.example.org" });
            let mut hidden = hidden();
            hidden.withheld.clear();
            !hidden
                .spread(&[&gone], &BTreeSet::new(), vec![Read::of("one", &value)])
                .is_empty()
        };
        assert!(named(
            serde_json::json!({ "value": "https://example.org/?to=u1007" })
        ));
        assert!(named(
            serde_json::json!({ "pattern": "[domain-name:value = 'evil.example.org']" })
        ));
        assert!(named(
            serde_json::json!({ "extensions": { "x": ["@petra"] } })
        ));
        assert!(!named(
            serde_json::json!({ "id": "u1007", "object_refs": ["u1007"] })
        ));
    }

    #[test]
    fn what_names_what_names_something_withheld_goes_too() {
        let objects = [
            "a.example.org",
            "b.example.org/a.example.org",
            "c.example.org/b.example.org/a.example.org",
        ];
        let objects = objects.map(|value| serde_json::json!({ "value": value }));
        let other = serde_json::json!({ "value": "other.example.org" });
        let kept = vec![
            Read::of("c", &objects[2]),
            Read::of("b", &objects[1]),
            Read::of("other", &other),
        ];
        let telling = hidden().spread(&[&objects[0]], &BTreeSet::new(), kept);
        assert_eq!(telling, BTreeSet::from(["b".to_owned(), "c".to_owned()]));
    }
}
