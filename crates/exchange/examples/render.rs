#[path = "../tests/fixture/mod.rs"]
#[allow(dead_code)]
mod fixture;
use avert_exchange::report::{ReportOptions, html, json, markdown};
fn main() {
    let o = ReportOptions::default();
    for (n, d) in [
        ("cell", fixture::cell()),
        ("n3", fixture::network_of(3)),
        ("n30", fixture::network_of(30)),
        ("n120", fixture::network_of(120)),
        ("n500", fixture::network_of(500)),
    ] {
        let t = std::time::Instant::now();
        let h = html(&d, &o);
        eprintln!("{n} {} bytes {:?}", h.len(), t.elapsed());
        std::fs::write(format!("/tmp/rep/{n}.html"), h).unwrap();
        std::fs::write(format!("/tmp/rep/{n}.md"), markdown(&d, &o)).unwrap();
        std::fs::write(format!("/tmp/rep/{n}.json"), json(&d, &o)).unwrap();
    }
}
