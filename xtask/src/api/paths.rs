//! Ways out of a folder, things that are no ids, and methods that are not those of the operation.

use anyhow::Result;

use super::client::{Asker, Wire};
use super::faults::Faults;
use super::wire::{REFUSED, raw};

/// What is put after each root.
const ODD: &[&str] = &[
    "..",
    "../avert.toml",
    "../../../../etc/passwd",
    "..%2f..%2favert.toml",
    "%2e%2e/%2e%2e/avert.toml",
    "..%252f..%252favert.toml",
    "%252e%252e%252favert.toml",
    "..%5c..%5cavert.toml",
    "..\\..\\avert.toml",
    "....//....//avert.toml",
    "..%c0%af..%c0%afavert.toml",
    "..%ef%bc%8favert.toml",
    "avert.toml%00.html",
    "%00",
    "%ff%fe",
    "//example.org/share",
    "\\\\example.org\\share",
    "file:///etc/passwd",
    "C:%5cavert.toml",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    ".%00./avert.toml",
    "..;/avert.toml",
    "avert.db",
    "CON",
    "aux.js",
    "index.html/..",
    "%",
    "%zz",
    "-1",
    "case-0",
    "case-18446744073709551615",
    "case-9223372036854775808",
    "tp--1",
    "nl-1e3",
    "fd-",
    "' OR 1=1 --",
    "$%7bjndi:ldap://example.org%7d",
    "<script>",
    "case-1%0d%0ax:%20y",
];

/// Ways out of a folder, and things that are no ids.
pub(super) fn paths(ines: &Asker, faults: &mut Faults) -> Result<()> {
    let long = "a".repeat(7000);
    let deep = "../".repeat(1000);
    let odd = ODD.iter().copied().chain([long.as_str(), deep.as_str()]);
    let odd: Vec<&str> = odd.collect();
    let roots = [
        "/",
        "/assets/",
        "/v1/",
        "/v1/cases/",
        "/v1/findings/",
        "/v1/takedowns/",
        "/v1/notices/",
        "/v1/appeals/",
        "/v1/people/",
        "/v1/tokens/",
    ];
    for root in roots {
        for path in &odd {
            let path = format!("{root}{}", path.replace(' ', "%20"));
            for method in ["GET", "DELETE"] {
                let shown = format!("{method} {path:.60}");
                let Some(answer) = raw(ines.port, &ines.request(method, &path, None))? else {
                    continue;
                };
                let text = answer.start();
                let told = ["[people", "root:", "SQLite format", "panicked"]
                    .iter()
                    .any(|word| text.contains(word));
                faults.hold(&shown, !told, || text);
                // `/index.html/..` and the like may be pages of ours.
                faults.hold(&shown, answer.status < 500, || {
                    format!("{} {}", answer.status, answer.start())
                });
                if root.starts_with("/v1/") && root.len() > 4 {
                    faults.status(&shown, &answer, REFUSED);
                }
            }
        }
    }
    for query in [
        "after=%00",
        "limit=99999999999999999999",
        "limit=-1",
        "q=%ff",
        "q=%25%5f%5c",
        "after=-9223372036854775809:x",
    ] {
        for list in [
            "findings",
            "cases",
            "takedowns",
            "notices",
            "appeals",
            "journal",
        ] {
            let answer = ines.get(&format!("/v1/{list}?{query}"))?;
            faults.status(&format!("{list}?{query}"), &answer, &[200, 422]);
        }
    }
    let answer = ines.get(&format!("/v1/findings?q={}", "%25".repeat(20_000)));
    faults.hold(
        "a query of 60 KB",
        answer.as_ref().is_ok_and(|answer| answer.status < 500),
        || format!("{answer:?}"),
    );
    Ok(())
}

/// Methods that are not those of the operation.
pub(super) fn methods(ines: &Asker, faults: &mut Faults) -> Result<()> {
    for method in [
        "PUT",
        "PATCH",
        "TRACE",
        "CONNECT",
        "OPTIONS",
        "PROPFIND",
        "get",
        "X".repeat(500).as_str(),
    ] {
        for path in [
            "/",
            "/v1/session",
            "/v1/cases/case-1",
            "/healthz",
            "/nothing",
        ] {
            if let Some(answer) = raw(ines.port, &ines.request(method, path, None))? {
                faults.status(&format!("{method:.10} {path}"), &answer, REFUSED);
                let echoed = answer.start().contains("avert-session=");
                faults.hold(method, !echoed, || "it gives back what was sent".to_owned());
            }
        }
    }
    for path in [
        "/",
        "/healthz",
        "/v1/today",
        "/v1/cases/case-1",
        "/v1/openapi.json",
    ] {
        let mut wire = Wire::open(ines.port)?;
        wire.send(&ines.request("HEAD", path, None))?;
        let head = wire.head()?.map(|(status, _)| status);
        faults.hold(
            &format!("HEAD {path}"),
            matches!(head, Some(200 | 405)),
            || format!("{head:?}"),
        );
        // An answer to HEAD has no body: the next answer on this connection begins right after its head.
        wire.send(&ines.request("GET", "/healthz", None))?;
        let next = wire.answer()?.map(|answer| answer.status);
        faults.hold(&format!("GET after HEAD {path}"), next == Some(200), || {
            format!("{next:?}")
        });
    }
    Ok(())
}
