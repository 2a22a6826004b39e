//! A record for people: the machine, how it was measured, and a table of the runs.

use std::fmt::Write as _;

use serde_json::Value;

/// The page for one record.
pub(super) fn page(record: &Value) -> String {
    let text = |value: &Value| cell(value);
    let machine = &record["machine"];
    let mut page = format!(
        "# {}, {}\n\n{} with {} cores and {} MiB, {}, commit {}.\n\n{}.\n",
        text(&record["what"]),
        text(&record["date"]),
        text(&machine["cpu"]),
        text(&machine["cores"]),
        text(&machine["memory_mib"]),
        text(&machine["rustc"]),
        text(&record["commit"]),
        text(&record["how"]),
    );
    let runs: Vec<Vec<(String, String)>> = list(&record["runs"]).iter().map(flat).collect();
    let columns =
        |run: &[(String, String)]| run.iter().map(|one| one.0.clone()).collect::<Vec<_>>();
    for alike in runs.chunk_by(|one, next| columns(one) == columns(next)) {
        let columns = columns(&alike[0]);
        let _ = write!(page, "\n| {} |\n", columns.join(" | "));
        let _ = writeln!(page, "|{}", "---|".repeat(columns.len()));
        for run in alike {
            let cells: Vec<&str> = run.iter().map(|one| one.1.as_str()).collect();
            let _ = writeln!(page, "| {} |", cells.join(" | "));
        }
    }
    let missed = list(&record["missed"]);
    if missed.is_empty() {
        page.push_str("\nEvery goal is met.\n");
    } else {
        page.push_str("\nMissed:\n\n");
        for goal in missed {
            let _ = writeln!(page, "- {}", text(goal));
        }
    }
    page
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What a run says, with the names of what lies within others joined by a point.
fn flat(run: &Value) -> Vec<(String, String)> {
    fn add(name: &str, value: &Value, cells: &mut Vec<(String, String)>) {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), value))
                .collect(),
            Value::Array(items) if items.iter().any(Value::is_object) => (1..)
                .zip(items)
                .map(|(number, value): (u32, _)| (number.to_string(), value))
                .collect(),
            _ => return cells.push((name.to_owned(), cell(value))),
        };
        for (field, value) in inner {
            let name = if name.is_empty() {
                field
            } else {
                format!("{name}.{field}")
            };
            add(&name, value, cells);
        }
    }
    let mut cells = Vec::new();
    add("", run, &mut cells);
    cells
}

fn cell(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Null => String::from("unknown"),
        other => other.to_string(),
    };
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn runs_of_one_shape_share_a_table() {
        let record = json!({
            "what": "coact",
            "date": "2026-01-01",
            "commit": "abc",
            "machine": { "cores": 2, "cpu": "Example CPU", "memory_mib": 1024, "rustc": "rustc 1" },
            "how": "by hand",
            "runs": [
                { "case": "small", "avert": { "seconds": 1.5, "all": [1.5, 2.0] } },
                { "case": "large|wide", "avert": { "seconds": 3, "all": [3] } },
                { "peers": [{ "peer": "x" }] },
            ],
            "missed": ["too slow"],
        });
        let expected = "\
# coact, 2026-01-01

Example CPU with 2 cores and 1024 MiB, rustc 1, commit abc.

by hand.

| avert.all | avert.seconds | case |
|---|---|---|
| 1.5, 2.0 | 1.5 | small |
| 3 | 3 | large\\|wide |

| peers.1.peer |
|---|
| x |

Missed:

- too slow
";
        assert_eq!(page(&record), expected);
    }
}
