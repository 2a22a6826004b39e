//! Findings, riskiest first.

use avert_model::{CaseId, Finding, FindingId, Layer, SnapshotId, Timestamp};
use serde::Serialize;

use super::{Conditions, MOST_ON_A_PAGE, Page, asked, page, titles};
use crate::findings::FindingError;
use crate::store::{Row, Store, StoreError, Transaction, View, from_json, parse, to_json, values};

/// What a list shows of a finding.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct FindingHead {
    /// The finding.
    pub id: FindingId,
    /// One line that says what it is.
    pub title: String,
    /// The platform whose accounts these are.
    pub platform: String,
    /// The data it was found in.
    pub snapshot: SnapshotId,
    /// When it was found.
    pub found_at: Timestamp,
    /// How sure detection is that the network is one operation, to a millionth.
    pub probability: f64,
    /// How many accounts it has.
    pub members: u64,
    /// How many of them it proposes for takedown.
    pub proposed: u64,
    /// How many people it reached.
    pub people_reached: u64,
    /// The layers that carry it, strongest first.
    pub layers: Vec<Layer>,
    /// The cases that rest on it.
    pub cases: Vec<CaseId>,
}

/// Which findings.
#[derive(Debug, Clone, Default)]
pub struct FindingFilter {
    /// Those of this snapshot.
    pub snapshot: Option<SnapshotId>,
    /// Those whose title has this text in it, or whose id begins so. A page of them may be short, or empty, and
    /// have a `next` all the same: so many are looked through for one.
    pub text: Option<String>,
    /// Those that no case rests on.
    pub without_case: bool,
    /// Those after the page that said this as its `next`.
    pub after: Option<FindingCursor>,
    /// How many, at most [`MOST_ON_A_PAGE`].
    pub limit: usize,
}

/// Where a page of findings ended: what it said as its `next`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingCursor {
    /// The risk of the last, in millionths.
    risk: i64,
    /// The last.
    id: FindingId,
}

impl std::fmt::Display for FindingCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.risk, self.id)
    }
}

impl std::str::FromStr for FindingCursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (risk, id) = text.split_once(':')?;
            Some(Self {
                risk: risk.parse().ok()?,
                id: id.parse().ok()?,
            })
        };
        read().ok_or_else(|| "it is no place in a list of findings".to_owned())
    }
}

const PER_MILLION: f64 = 1_000_000.0;

const COLUMNS: &str =
    "id, risk, found_at, platform, snapshot, title, members, proposed, reached, layers";

/// Findings, riskiest first; those that are looked for by id, by that.
pub fn findings(store: &Store, filter: &FindingFilter) -> Result<Page<FindingHead>, StoreError> {
    let limit = filter.limit.clamp(1, MOST_ON_A_PAGE);
    let mut conditions = Conditions::new();
    if let Some(snapshot) = &filter.snapshot {
        let snapshot = conditions.place(snapshot.as_str());
        conditions.and(format!("snapshot = {snapshot}"));
    }
    if filter.without_case {
        conditions.and(
            "NOT EXISTS (SELECT 1 FROM case_findings c WHERE c.finding = finding_heads.id)".into(),
        );
    }
    let view = store.view()?;
    let (found, looked_to) = match filter.text.as_deref() {
        Some(text) if text.starts_with("fd-") => {
            let found = by_id(&view, text, filter.after.as_ref(), conditions, limit)?;
            (found, None)
        }
        text => {
            if let Some(FindingCursor { risk, id }) = &filter.after {
                let (risk, id) = (conditions.place(*risk), conditions.place(id.as_str()));
                // The first half lets the index find the place; a pair would not, on SQLite.
                conditions.and(format!("risk <= {risk} AND (risk < {risk} OR id > {id})"));
            }
            if let Some(text) = text {
                by_title(&view, text, conditions, limit)?
            } else {
                let (conditions, values) = conditions.ordered("risk DESC, id", limit + 1);
                let sql = format!("SELECT {COLUMNS} FROM finding_heads WHERE {conditions}");
                (view.rows("list findings", &sql, &values)?, None)
            }
        }
    };
    let mut heads = found.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut cases = asked::cases(&view, heads.iter().map(|head| &head.id))?;
    for head in &mut heads {
        head.cases = cases.remove(head.id.as_str()).unwrap_or_default();
    }
    let mut page = page(heads, limit, |head| {
        let (risk, id) = (millionths(head.probability), head.id.clone());
        FindingCursor { risk, id }.to_string()
    });
    page.next = page.next.or(looked_to);
    Ok(page)
}

/// Findings whose id begins so, in the order of their ids: any other would have all of them sorted for one page.
fn by_id(
    view: &View<'_>,
    begins: &str,
    after: Option<&FindingCursor>,
    mut conditions: Conditions,
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let (from, to) = (
        conditions.place(begins),
        conditions.place(format!("{begins}g")),
    );
    conditions.and(format!("id >= {from} AND id < {to}"));
    if let Some(after) = after {
        let id = conditions.place(after.id.as_str());
        conditions.and(format!("id > {id}"));
    }
    let (conditions, values) = conditions.ordered("id", limit + 1);
    let sql = format!("SELECT {COLUMNS} FROM finding_heads WHERE {conditions}");
    view.rows("list findings", &sql, &values)
}

/// Findings with a text in their titles, among so many; and where to look on, if there are more to look through.
fn by_title(
    view: &View<'_>,
    text: &str,
    conditions: Conditions,
    limit: usize,
) -> Result<(Vec<Row>, Option<String>), StoreError> {
    let (conditions, values) = conditions.open("risk DESC, id");
    let sql = format!("SELECT id, title, risk FROM finding_heads WHERE {conditions}");
    let found = titles::with(view, (&sql, values), text, limit)?;
    let looked_to = found.looked_to.map(|row| {
        let (risk, id) = (row.number(2)?, parse("finding id", &row.text(0)?)?);
        Ok(FindingCursor { risk, id }.to_string())
    });
    let sql =
        format!("SELECT {COLUMNS} FROM finding_heads WHERE id IN ({{}}) ORDER BY risk DESC, id");
    let rows = asked::ask(view, "list findings", &sql, found.ids.into_iter())?;
    Ok((rows, looked_to.transpose()?))
}

/// How many findings no case rests on.
pub fn findings_without_case(store: &Store) -> Result<u64, StoreError> {
    let sql = "SELECT (SELECT findings FROM finding_tally WHERE one = 1) \
               - (SELECT COUNT(DISTINCT finding) FROM case_findings)";
    let found = store.read().row("count findings", sql, &[])?;
    found.map_or(Ok(0), |row| row.count(0))
}

/// What lists show of one finding.
pub fn finding(store: &Store, id: &FindingId) -> Result<FindingHead, FindingError> {
    let sql = format!("SELECT {COLUMNS} FROM finding_heads WHERE id = ?1");
    let view = store.view()?;
    let found = view.row("read a finding", &sql, &values![id.as_str()])?;
    let row = found.ok_or_else(|| FindingError::Unknown(id.clone()))?;
    let cases = asked::cases(&view, std::iter::once(id))?;
    Ok(FindingHead {
        cases: cases.into_values().next().unwrap_or_default(),
        ..read(&row)?
    })
}

fn read(row: &Row) -> Result<FindingHead, StoreError> {
    Ok(FindingHead {
        id: parse("finding id", &row.text(0)?)?,
        probability: row.number(1)? as f64 / PER_MILLION,
        found_at: parse("time", &row.text(2)?)?,
        platform: row.text(3)?,
        snapshot: parse("snapshot id", &row.text(4)?)?,
        title: row.text(5)?,
        members: row.count(6)?,
        proposed: row.count(7)?,
        people_reached: row.count(8)?,
        layers: from_json("layers", &row.text(9)?)?,
        cases: Vec::new(),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a probability is at most a million millionths"
)]
fn millionths(probability: f64) -> i64 {
    (probability * PER_MILLION).round() as i64
}

/// Writes what lists show of findings, in the transaction that keeps them.
pub(crate) fn write_heads<'a>(
    transaction: &Transaction<'_>,
    findings: impl IntoIterator<Item = &'a Finding>,
    found_at: &str,
) -> Result<(), StoreError> {
    let rows = findings.into_iter().map(|finding| {
        let proposed = finding.members.iter().filter(|member| member.proposed);
        values![
            finding.id.as_str(),
            millionths(finding.probability.get()),
            found_at,
            &finding.platform,
            finding.snapshot.as_str(),
            &finding.title,
            finding.members.len() as u64,
            proposed.count() as u64,
            finding.contacts.len() as u64,
            to_json(&finding.layers)
        ]
        .into()
    });
    let written = transaction.execute_all(
        "keep what a list shows of a finding",
        "INSERT INTO finding_heads (id, risk, found_at, platform, snapshot, title, members, proposed, \
         reached, layers) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING",
        rows,
    )?;
    transaction.execute(
        "count findings",
        "UPDATE finding_tally SET findings = findings + ?1 WHERE one = 1",
        &values![written.iter().sum::<u64>()],
    )?;
    Ok(())
}
