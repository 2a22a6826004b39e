//! The store that is asked: a million findings by SQL, then work on them by requests.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::api::client::Asker;
use crate::api::scene::Scene;
use crate::live::avert::text_at;
use crate::postgres::Postgres;

/// How many there are.
pub(super) const CASES: u64 = 1_000;
pub(super) const PLANS: u64 = 200;
pub(super) const APPEALS: u64 = 300;

/// Has Python's own SQLite run what it reads: no other client is sure to be there.
const SQLITE: &str = "
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.executescript('PRAGMA synchronous = OFF;' + sys.stdin.read())
store.close()
";

/// Writes the findings: the scene's own, without most of its members, under other ids.
pub(super) fn fill(
    folder: &Path,
    postgres: Option<&Postgres>,
    (finding, findings): (&str, u64),
) -> Result<()> {
    let hex = |number: &str| match postgres {
        None => format!("printf('fd-%010x', {number})"),
        Some(_) => format!("'fd-' || lpad(to_hex({number}), 10, '0')"),
    };
    let template = format!("(SELECT body FROM findings WHERE id = '{finding}')");
    let small = small(&template, postgres.is_some());
    let mut sql = String::from("BEGIN;\n");
    write!(
        sql,
        "CREATE TEMPORARY TABLE numbers AS \
         WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {findings}) \
         SELECT i, {id} AS id FROM n;\n\
         CREATE TEMPORARY TABLE template AS SELECT {small} AS body;\n\
         INSERT INTO findings (id, snapshot, found_at, position, body, caveats) \
         SELECT n.id, f.snapshot, f.found_at, n.i + 100, replace(t.body, f.id, n.id), '[]' \
         FROM numbers n, template t, findings f WHERE f.id = '{finding}';\n\
         INSERT INTO finding_heads (id, risk, found_at, platform, snapshot, title, members, proposed, reached, layers) \
         SELECT n.id, (n.i * 7919) % 1000001, h.found_at, h.platform, h.snapshot, \
         (2 + n.i % 40) || ' made-up people, ' || (1 + n.i % 7) || ' suspects, tied by ' || \
         CASE WHEN n.i % 99991 = 7 THEN 'rarely seen' ELSE \
         CASE n.i % 5 WHEN 0 THEN 'device' WHEN 1 THEN 'phrase' WHEN 2 THEN 'link' WHEN 3 THEN 'ip' ELSE 'avatar' END \
         END, 2 + n.i % 40, n.i % 7, n.i % 300, h.layers \
         FROM numbers n, finding_heads h WHERE h.id = '{finding}';\n\
         UPDATE finding_tally SET findings = findings + {findings};\n\
         INSERT INTO alleged (platform, account) \
         SELECT h.platform, 'alleged-' || n.id FROM numbers n, finding_heads h WHERE h.id = '{finding}';\n\
         COMMIT;\n",
        // Odd, so that no two numbers of forty bits come to the same.
        id = hex("(i * 2654435761) % 1099511627776"),
    )?;
    match postgres {
        // Debian's PostgreSQL does this by itself, some time later.
        Some(postgres) => postgres.sql(&format!("{sql}VACUUM ANALYZE;\n")),
        None => sqlite(&folder.join("avert.db"), &sql),
    }
}

/// A finding with one member and one fact, and nothing besides: about two kilobytes.
fn small(template: &str, is_postgres: bool) -> String {
    if is_postgres {
        let member = format!("({template}::jsonb -> 'members' -> 0)");
        let facts =
            format!("jsonb_build_object('facts', jsonb_build_array({member} -> 'facts' -> 0))");
        return format!(
            "({template}::jsonb || jsonb_build_object('members', jsonb_build_array({member} || {facts}), \
             'contacts', '[]'::jsonb, 'edges', '[]'::jsonb, 'facts', '[]'::jsonb))::text"
        );
    }
    let member = format!("json_extract({template}, '$.members[0]')");
    let fact = format!("json(json_extract({member}, '$.facts[0]'))");
    format!(
        "json_set({template}, '$.members', json_array(json_set({member}, '$.facts', json_array({fact}))), \
         '$.contacts', json('[]'), '$.edges', json('[]'), '$.facts', json('[]'))"
    )
}

fn sqlite(file: &Path, sql: &str) -> Result<()> {
    let mut python = Command::new("python3")
        .args(["-c", SQLITE])
        .arg(file)
        .stdin(Stdio::piped())
        .spawn()
        .context("python3 cannot be started")?;
    let mut input = python.stdin.take().context("its input is ours")?;
    input.write_all(sql.as_bytes())?;
    drop(input);
    ensure!(python.wait()?.success(), "SQLite did not take the findings");
    Ok(())
}

/// Opens cases, drafts plans and files appeals.
pub(super) fn work(ines: &Asker, scene: &Scene) -> Result<()> {
    let mut after = String::new();
    let mut cases = 0;
    while cases < CASES {
        let page = ines
            .get(&format!("/v1/findings?without_case=true&limit=500{after}"))?
            .good()?;
        let items = page["items"]
            .as_array()
            .context("a page without findings")?;
        for pair in items.chunks(2) {
            let ids: Vec<&Value> = pair.iter().map(|finding| &finding["id"]).collect();
            let open = json!({ "findings": ids, "title": format!("Network number {cases}") });
            ines.post("/v1/cases", &open)?.good()?;
            cases += 1;
        }
        after = format!("&after={}", text_at(&page, "/next")?);
    }
    for number in 0..PLANS {
        let case = format!("case-{}", 10 + 3 * number);
        let plan = ines
            .post("/v1/takedowns", &json!({ "case": case }))?
            .good()?;
        if number % 2 == 0 {
            let path = format!("/v1/takedowns/{}/submit", text_at(&plan, "/id")?);
            ines.post(&path, &json!({}))?.good()?;
        }
    }
    for number in 0..APPEALS {
        let appeal = json!({ "plan": "tp-1", "account": scene.account,
            "reference": format!("T-{number}"), "text": "we share, a laptop" });
        ines.post("/v1/appeals", &appeal)?.good()?;
    }
    Ok(())
}
