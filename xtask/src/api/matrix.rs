//! Every operation, tried by everybody in every way in which they can show who they are. Whoever may not is
//! refused, and has changed nothing; whoever may is let in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::client::{Answer, Asker};
use super::rules::{RULES, Reach, Rule};
use super::scene::{self, GONE, OPERATOR, PEOPLE, Scene};
use super::served::{Served, token};
use crate::live::avert::text_at;

/// Every scope of a token.
const SCOPES: &[&str] = &["read", "write", "appeals", "metrics"];

/// The most faults that are told: one cause may have many.
const MOST_TOLD: usize = 100;

/// How somebody shows who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Not at all.
    Nobody,
    /// With a session and the console's header.
    Session,
    /// With a session that another page uses.
    Bare,
    /// With a token of this scope.
    Token(&'static str),
    /// In any of these ways, but the configuration does not know them any more.
    Gone,
}

/// Somebody, in one of the ways.
struct Trier {
    name: &'static str,
    roles: &'static [&'static str],
    way: Way,
    asker: Asker,
}

/// What has to come of a try.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    LetIn,
    /// Refused with this status, and one of these codes.
    Refused(u16, &'static [&'static str]),
}

fn due(rule: &Rule, trier: &Trier) -> Due {
    const STRANGER: Due = Due::Refused(401, &["access/not-signed-in"]);
    if rule.reach == Reach::Anyone {
        return Due::LetIn;
    }
    let has_role =
        rule.roles.is_empty() || rule.roles.iter().any(|role| trier.roles.contains(role));
    let good_for: &[Reach] = match trier.way {
        Way::Nobody => return STRANGER,
        Way::Gone => return Due::Refused(403, &["people/unknown", "access/scope"]),
        Way::Bare if rule.reach != Reach::Look && !rule.operation.starts_with("GET") => {
            return Due::Refused(403, &["access/csrf"]);
        }
        Way::Session | Way::Bare => &[Reach::Look, Reach::Change, Reach::Appeals, Reach::Person],
        Way::Token("read") => &[Reach::Look],
        Way::Token("write") => &[Reach::Look, Reach::Change, Reach::Appeals],
        Way::Token("appeals") => &[Reach::Appeals],
        Way::Token(_) => &[],
    };
    if !good_for.contains(&rule.reach) {
        return Due::Refused(403, &["access/scope"]);
    }
    if has_role {
        Due::LetIn
    } else {
        Due::Refused(403, &["people/role-missing", "access/not-theirs"])
    }
}

/// Tries everything. Says how many tries that were.
pub(super) fn try_all(served: &Served, folder: &Path, scene: &Scene) -> Result<Value> {
    every_operation_has_a_rule(&served.nobody())?;
    let names: Vec<&str> = PEOPLE.iter().map(|(name, _)| *name).collect();
    let others: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| *name != OPERATOR)
        .collect();
    let people = served
        .let_in(OPERATOR, &others)
        .context("letting people in")?;
    // The first token is the one that is revoked.
    token(&people[OPERATOR], "read").context("the first token")?;
    scene::appeal(&people["lena"], scene).context("the appeal of the scene")?;
    let mut triers = triers(served, &people).context("the tokens of everybody")?;
    scene::settle(folder, false)?;
    let words = words(&people["ines"], scene).context("what is there")?;
    // Whoever may first see whether others are kept out, for whoever may changes things.
    triers.sort_by_key(|trier| trier.way == Way::Session);
    let looked = people["ines"].clone();
    let before = journal_length(&looked).context("before")?;
    let (mut faults, mut refused, mut let_in) = (Vec::new(), 0_u64, 0_u64);
    for rule in RULES {
        for trier in &triers {
            let due = due(rule, trier);
            // Whether somebody who is gone may sign out does not matter.
            let matters = trier.way != Way::Gone || rule.operation != "DELETE /v1/session";
            if due != Due::LetIn && matters {
                refused += 1;
                faults.extend(tried(rule, trier, &due, &words)?);
            }
        }
    }
    let after = journal_length(&looked).context("after all that was to be refused")?;
    if before != after {
        faults.push(format!(
            "tries that were refused wrote {} rows of the journal",
            after - before
        ));
    }
    for rule in RULES {
        for trier in &triers {
            if due(rule, trier) == Due::LetIn {
                let_in += 1;
                faults.extend(tried(rule, trier, &Due::LetIn, &words)?);
            }
        }
    }
    if !faults.is_empty() {
        let more = faults.len().saturating_sub(MOST_TOLD);
        faults.truncate(MOST_TOLD);
        bail!("{}\nand {more} more", faults.join("\n"));
    }
    Ok(serde_json::json!({ "operations": RULES.len(), "refused": refused, "let_in": let_in }))
}

/// The document and the rules name the same operations.
fn every_operation_has_a_rule(nobody: &Asker) -> Result<()> {
    let document = nobody.get("/v1/openapi.json")?.good()?;
    let mut known = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().context("no paths")? {
        for method in operations.as_object().context("no operations")?.keys() {
            known.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let ruled: BTreeSet<String> = RULES.iter().map(|rule| rule.operation.to_owned()).collect();
    let (new, old): (Vec<_>, Vec<_>) = known
        .symmetric_difference(&ruled)
        .partition(|name| known.contains(*name));
    if new.is_empty() && old.is_empty() {
        return Ok(());
    }
    bail!(
        "operations without a rule in xtask/src/api/rules.rs: {new:?}; rules without an operation: {old:?}"
    );
}

fn triers(served: &Served, people: &BTreeMap<String, Asker>) -> Result<Vec<Trier>> {
    let mut triers = vec![Trier {
        name: "nobody",
        roles: &[],
        way: Way::Nobody,
        asker: served.nobody(),
    }];
    for (name, roles) in PEOPLE {
        let session = &people[*name];
        let gone = *name == GONE;
        let mut add = |way, asker| {
            let way = if gone { Way::Gone } else { way };
            triers.push(Trier {
                name,
                roles,
                way,
                asker,
            });
        };
        for scope in SCOPES {
            add(Way::Token(scope), token(session, scope)?);
        }
        if !gone {
            add(Way::Bare, session.without("x-avert-csrf"));
        }
        add(Way::Session, session.clone());
    }
    Ok(triers)
}

/// What the words of the rules stand for.
fn words(asker: &Asker, scene: &Scene) -> Result<[(&'static str, String); 5]> {
    let digest = |path: &str| text_at(&asker.get(path)?.good()?, "/digest");
    Ok([
        ("PLAN", digest("/v1/takedowns/tp-1")?),
        ("DRAFT", digest("/v1/takedowns/tp-2")?),
        ("LIST", digest("/v1/notices/nl-1")?),
        ("ACCOUNT", scene.account.clone()),
        ("FINDING", scene.finding.clone()),
    ])
}

fn journal_length(asker: &Asker) -> Result<u64> {
    let rows = asker.get("/v1/journal?limit=1")?.good()?;
    rows.pointer("/items/0/seq")
        .and_then(Value::as_u64)
        .context("an empty journal")
}

/// Tries one thing, and says what is wrong with what came of it.
fn tried(
    rule: &Rule,
    trier: &Trier,
    due: &Due,
    words: &[(&str, String)],
) -> Result<Option<String>> {
    let (method, _) = rule
        .operation
        .split_once(' ')
        .context("a rule without a method")?;
    let fill = |text: &str| {
        words.iter().fold(text.to_owned(), |text, (word, value)| {
            text.replace(word, value)
        })
    };
    let body = fill(rule.body);
    let body = (method != "GET").then_some(if body.is_empty() { "{}" } else { &body });
    let answer = trier.asker.ask(method, &fill(rule.at), body)?;
    if is_as_due(&answer, due) {
        return Ok(None);
    }
    Ok(Some(format!(
        "{} as {} ({:?}): {} {:.120}, and not {due:?}",
        rule.operation,
        trier.name,
        trier.way,
        answer.status,
        answer.start(),
    )))
}

fn is_as_due(answer: &Answer, due: &Due) -> bool {
    match due {
        Due::LetIn => {
            let not_known = matches!(answer.code().as_str(), "access/wrong");
            answer.status < 500 && (!matches!(answer.status, 401 | 403) || not_known)
        }
        Due::Refused(status, codes) => {
            answer.status == *status && codes.contains(&answer.code().as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trier(way: Way, roles: &'static [&'static str]) -> Trier {
        Trier {
            name: "somebody",
            roles,
            way,
            asker: Asker::nobody(0),
        }
    }

    #[test]
    fn a_token_is_good_for_its_scope_and_no_more_than_its_owner() {
        let rule = |operation| {
            *RULES
                .iter()
                .find(|rule| rule.operation == operation)
                .unwrap()
        };
        let reject = rule("POST /v1/takedowns/{id}/reject");
        let of = |way, roles| due(&reject, &trier(way, roles));
        assert_eq!(of(Way::Token("write"), &["approver"]), Due::LetIn);
        assert!(matches!(
            of(Way::Token("write"), &["investigator"]),
            Due::Refused(403, _)
        ));
        assert!(matches!(
            of(Way::Token("read"), &["approver"]),
            Due::Refused(403, _)
        ));
        assert!(matches!(of(Way::Bare, &["approver"]), Due::Refused(403, _)));
        assert!(matches!(of(Way::Nobody, &[]), Due::Refused(401, _)));
    }

    #[test]
    fn nobody_approves_by_a_token() {
        let approve = *RULES
            .iter()
            .find(|rule| rule.operation == "POST /v1/takedowns/{id}/approve")
            .unwrap();
        let of = |way| due(&approve, &trier(way, &["approver"]));
        assert_eq!(of(Way::Session), Due::LetIn);
        assert_eq!(
            of(Way::Token("write")),
            Due::Refused(403, &["access/scope"])
        );
    }

    #[test]
    fn each_operation_has_one_rule() {
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.operation).collect();
        assert_eq!(names.len(), RULES.len());
    }
}
