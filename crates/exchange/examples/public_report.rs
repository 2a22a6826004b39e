//! Writes the public report of the invented cell in every form: whole, and once for each account and thing with
//! that one stricter. Beside each stands what no form may say, for `cargo xtask check --only public`.
//!
//!     cargo run --package avert-exchange --example public_report -- FOLDER

#[path = "../tests/exchange/clear/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod clear;
#[path = "../tests/exchange/fixture/mod.rs"]
#[expect(dead_code, reason = "the reports use the rest of it")]
mod fixture;
#[path = "../tests/exchange/linked/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod linked;
#[path = "../tests/exchange/ours/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod ours;

use std::path::Path;

use avert_exchange::release::{Releasable, Terms};
use avert_exchange::report::public::{self, PublicReport};
use avert_model::MemberKind;
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("say where to write to")?;
    let folder = Path::new(&folder);
    let (dossier, options) = (clear::cell(), clear::options());
    let whole = clear::release(&dossier, &options, &|_| Terms::default())?;
    let members = dossier.findings.iter().flat_map(|finding| &finding.members);
    let victims = members.filter(|member| member.kind != MemberKind::Persona);
    let contacts = dossier
        .contacts
        .iter()
        .map(|contact| contact.account.to_string());
    let never: Vec<String> = contacts
        .chain(victims.map(|member| member.account.to_string()))
        .chain([dossier.case.opened_by.clone(), dossier.case.id.to_string()])
        .collect();
    write(&folder.join("whole"), &whole.report, &never)?;
    let bundle: Value = serde_json::from_str(&public::stix(&whole.report))?;
    let objects = bundle["objects"].as_array().ok_or("a bundle has objects")?;
    for object in objects {
        let (kind, id) = (object["type"].as_str(), object["id"].as_str());
        let says = match kind {
            Some("user-account") => object["user_id"].as_str(),
            Some("indicator") => object["name"].as_str(),
            Some("url" | "domain-name") => object["value"].as_str(),
            Some("file") => object["hashes"]["SHA-256"].as_str(),
            _ => None,
        };
        if let (Some(id), Some(says)) = (id, says) {
            let terms = |of: &str| clear::stricter(of, id);
            let released = clear::release(&dossier, &options, &terms)?;
            write(&folder.join(id), &released.report, &[says.to_owned()])?;
        }
    }
    let (dossier, options) = (linked::cell(), linked::options());
    let whole = clear::release(&dossier, &options, &linked::as_published)?;
    write(
        &folder.join("linked"),
        &whole.report,
        &[linked::NOTE.to_owned()],
    )?;
    for (id, name) in linked::NAMED {
        let terms = |of: &str| linked::stricter(of, id);
        let released = clear::release(&dossier, &options, &terms)?;
        write(&folder.join(id), &released.report, &[name.to_owned()])?;
    }
    Ok(())
}

/// Writes every form, and what none of them may say.
fn write(
    folder: &Path,
    report: &Releasable<PublicReport>,
    never: &[String],
) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("report.md"), public::markdown(report))?;
    std::fs::write(folder.join("report.html"), public::html(report))?;
    std::fs::write(folder.join("report.pdf"), public::pdf(report)?)?;
    std::fs::write(folder.join("report.stix.json"), public::stix(report))?;
    std::fs::write(folder.join("killchain.csv"), public::killchain_csv(report))?;
    std::fs::write(
        folder.join("indicators.csv"),
        public::indicators_csv(report),
    )?;
    std::fs::write(folder.join("never.txt"), never.join("\n"))?;
    Ok(())
}
