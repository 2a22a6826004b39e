//! What a case is linked to, of what others published: who is said to be behind it, what it uses, what it is akin to.
//!
//! Nothing here finds out who is behind a case. A person says that somebody published it, and where.

use avert_model::{CaseId, CaseLink, Explain, Outcome, Relation, Timestamp};
use serde_json::json;

use super::{CaseError, LONGEST_NOTE, find};
use crate::desk::Desk;
use crate::people::Role;
use crate::store::{Connection, Store, StoreError, Transaction, parse, values};
use crate::{intel, journal};

/// The longest address of a source, in bytes.
pub const LONGEST_SOURCE: usize = 2_000;

/// That a case is to be linked to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linking {
    /// The object's id. The store of intelligence has to hold it.
    pub object: String,
    /// How the case relates to it.
    pub relation: Relation,
    /// Where somebody published it, as an address. Needed where it says who is behind the case.
    pub source: Option<String>,
    /// How sure whoever links it is, from 0 to 100.
    pub confidence: Option<u8>,
    /// What they write on it; empty for nothing. It is not told to others.
    pub note: String,
}

/// Links a case to an object that the store of intelligence holds. Needs an investigator, and may be done when the case
/// is closed: what others find out is often published later.
///
/// # Errors
/// [`LinkError`], and nothing is changed.
pub fn link(
    desk: &mut Desk<'_>,
    id: CaseId,
    linking: &Linking,
) -> Result<Vec<CaseLink>, CaseError> {
    desk.actor.require(Role::Investigator, "link a case")?;
    let source = linking.source.as_deref().unwrap_or("").trim();
    is_sound(linking, source)?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        find(transaction, id)?;
        may_be_linked(transaction, id, linking, source)?;
        let last = transaction.row(
            "count links",
            "SELECT COALESCE(MAX(position), -1) FROM case_links WHERE case_id = ?1",
            &values![id.number()],
        )?;
        let last = last.map_or(Ok(-1), |row| row.number(0))?;
        transaction.execute(
            "link the case",
            "INSERT INTO case_links \
             (case_id, position, object, relation, source, confidence, note, linked_by, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            &values![
                id.number(),
                last + 1,
                &linking.object,
                linking.relation.as_str(),
                source,
                linking.confidence.map_or(-1, i64::from),
                &linking.note,
                &by,
                now.to_string()
            ],
        )?;
        let detail = json!({
            "object": linking.object, "relation": linking.relation, "confidence": linking.confidence,
            "source_blake3": journal::proof_of(source), "note_blake3": journal::proof_of(&linking.note),
        });
        journal::append(transaction, now, &by, "case/link", &id.to_string(), &detail)?;
        all(transaction, id)
    })
}

/// Takes away that a case is linked to an object so. Needs an investigator. What was told before is with whoever was
/// told.
///
/// # Errors
/// [`LinkError::NotLinked`].
pub fn unlink(
    desk: &mut Desk<'_>,
    id: CaseId,
    relation: Relation,
    object: &str,
) -> Result<Vec<CaseLink>, CaseError> {
    desk.actor.require(Role::Investigator, "link a case")?;
    let (now, by) = (desk.now(), desk.actor.name().to_owned());
    desk.store.write(|transaction| {
        find(transaction, id)?;
        if !is_linked(transaction, id, relation, object)? {
            let object = object.to_owned();
            return Err(LinkError::NotLinked {
                id,
                object,
                relation,
            }
            .into());
        }
        transaction.execute(
            "take a link away",
            "DELETE FROM case_links WHERE case_id = ?1 AND object = ?2 AND relation = ?3",
            &values![id.number(), object, relation.as_str()],
        )?;
        let detail = json!({ "object": object, "relation": relation });
        let subject = id.to_string();
        journal::append(transaction, now, &by, "case/unlink", &subject, &detail)?;
        all(transaction, id)
    })
}

/// What a case is linked to, in the order in which people linked it.
pub fn links(store: &Store, id: CaseId) -> Result<Vec<CaseLink>, CaseError> {
    all(store.read(), id)
}

fn all(connection: &Connection, id: CaseId) -> Result<Vec<CaseLink>, CaseError> {
    let rows = connection.rows(
        "read what a case is linked to",
        "SELECT object, relation, source, confidence, note, linked_by, at FROM case_links \
         WHERE case_id = ?1 ORDER BY position",
        &values![id.number()],
    )?;
    let mut links = Vec::new();
    for row in rows {
        let object = row.text(0)?;
        // The store of intelligence drops nothing, but whoever alters it may.
        let found = intel::newest_of(connection, &object)?.map(|(found, _)| found);
        let kind = object.split("--").next().unwrap_or_default().to_owned();
        links.push(CaseLink {
            kind,
            name: found.as_ref().and_then(|found| found.name.clone()),
            revoked: found.is_none_or(|found| found.revoked),
            relation: relation(&row.text(1)?)?,
            source: row.text(2)?,
            confidence: u8::try_from(row.number(3)?).ok(),
            note: row.text(4)?,
            by: row.text(5)?,
            at: parse::<Timestamp>("time", &row.text(6)?)?,
            object,
        });
    }
    Ok(links)
}

fn relation(text: &str) -> Result<Relation, StoreError> {
    text.parse().map_err(|detail| StoreError::Corrupt {
        what: "relation",
        detail,
    })
}

/// Whether what is written of a link can be kept, before the store is asked.
fn is_sound(linking: &Linking, source: &str) -> Result<(), CaseError> {
    for (what, length, most) in [
        ("note", linking.note.len(), LONGEST_NOTE),
        ("address of a source", source.len(), LONGEST_SOURCE),
    ] {
        if length > most {
            return Err(CaseError::TooLong { what, length, most });
        }
    }
    if let Some(confidence) = linking.confidence.filter(|confidence| *confidence > 100) {
        return Err(LinkError::Confidence(confidence).into());
    }
    if linking.source.is_some() && !is_address(source) {
        return Err(LinkError::NoAddress.into());
    }
    Ok(())
}

/// Whether everybody may look there: an address of the web, without a name and password in it.
fn is_address(text: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_plain = |letter: char| !letter.is_whitespace() && !letter.is_control();
    host.is_some_and(|host| !host.is_empty() && !host.contains('@')) && text.chars().all(is_plain)
}

fn may_be_linked(
    transaction: &Transaction<'_>,
    id: CaseId,
    linking: &Linking,
    source: &str,
) -> Result<(), CaseError> {
    let (object, relation) = (&linking.object, linking.relation);
    let Some((found, _)) = intel::newest_of(transaction, object)? else {
        return Err(LinkError::NoObject(object.clone()).into());
    };
    let kind = found.kind;
    if !relation.leads_to().contains(&kind.as_str()) {
        return Err(LinkError::NoWay { relation, kind }.into());
    }
    if found.revoked {
        return Err(LinkError::TakenBack(object.clone()).into());
    }
    if source.is_empty() && relation.says_who(&kind) {
        return Err(LinkError::NoSource(kind).into());
    }
    if is_linked(transaction, id, relation, object)? {
        let object = object.clone();
        return Err(LinkError::Linked {
            id,
            object,
            relation,
        }
        .into());
    }
    Ok(())
}

fn is_linked(
    connection: &Connection,
    id: CaseId,
    relation: Relation,
    object: &str,
) -> Result<bool, StoreError> {
    let found = connection.row(
        "look for a link",
        "SELECT position FROM case_links WHERE case_id = ?1 AND object = ?2 AND relation = ?3",
        &values![id.number(), object, relation.as_str()],
    )?;
    Ok(found.is_some())
}

/// Why a case was not linked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The store of intelligence has none.
    #[error("there is no object {0} here")]
    NoObject(String),
    /// STIX has no such relationship, or nothing may lead there.
    #[error("a case cannot be linked to an object of type {kind} as {relation}")]
    NoWay {
        /// The way that was asked for.
        relation: Relation,
        /// The object's type.
        kind: String,
    },
    /// Its maker says that it is none.
    #[error("whoever made {0} has taken it back")]
    TakenBack(String),
    /// Avert attributes nothing by itself.
    #[error("linking a case to an object of type {0} says who is behind it, and names no source")]
    NoSource(String),
    /// It cannot be looked up.
    #[error("the source is no address of a web page")]
    NoAddress,
    /// It is no percentage.
    #[error("a confidence is 0 to 100, and not {0}")]
    Confidence(u8),
    /// It is there.
    #[error("{id} is linked to {object} as {relation} already")]
    Linked {
        /// The case.
        id: CaseId,
        /// The object.
        object: String,
        /// How it is linked.
        relation: Relation,
    },
    /// It is not there.
    #[error("{id} is not linked to {object} as {relation}")]
    NotLinked {
        /// The case.
        id: CaseId,
        /// The object.
        object: String,
        /// How it was to be linked.
        relation: Relation,
    },
}

impl Explain for LinkError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoObject(_) => "case/no-such-object",
            Self::NoWay { .. } => "case/no-such-link",
            Self::TakenBack(_) => "case/taken-back",
            Self::NoSource(_) => "case/no-source",
            Self::NoAddress => "case/no-address",
            Self::Confidence(_) => "case/confidence",
            Self::Linked { .. } => "case/linked",
            Self::NotLinked { .. } => "case/not-linked",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoObject(_) => {
                "take it in with `avert intel import`, and look for it with `avert intel search`"
                    .into()
            }
            Self::NoWay { kind, .. } => {
                let ways: Vec<&str> = Relation::ALL
                    .into_iter()
                    .filter(|relation| relation.leads_to().contains(&kind.as_str()))
                    .map(Relation::as_str)
                    .collect();
                if ways.is_empty() {
                    format!(
                        "a case is linked to one of: {}",
                        Relation::LINKABLE.join(", ")
                    )
                } else {
                    format!("from a campaign to that type lead: {}", ways.join(", "))
                }
            }
            Self::TakenBack(_) => {
                "`avert intel show` says what refers to it: another may stand in its place".into()
            }
            Self::NoSource(_) => {
                "say who published it: `--source https://…`; Avert attributes nothing by itself"
                    .into()
            }
            Self::NoAddress => "give it as https://…, without a name and password".into(),
            Self::Confidence(_) => "leave it out if you cannot say".into(),
            Self::Linked {
                id,
                object,
                relation,
            } => format!(
                "to say something else of it, `avert case unlink {id} {relation} {object}` first"
            ),
            Self::NotLinked { id, .. } => format!("`avert case show {id}` lists its links"),
        })
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::NoWay { .. }
            | Self::TakenBack(_)
            | Self::NoSource(_)
            | Self::Linked { .. }
            | Self::NotLinked { .. } => Outcome::Refused,
            Self::NoObject(_) | Self::NoAddress | Self::Confidence(_) => Outcome::NothingChanged,
        }
    }
}
