//! What other tools read of a public report: poppler what stands in the PDF and how it is tagged, OASIS's validator what
//! the STIX is. What one object that is stricter would say stands in no form, on paper neither.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::stix;
use crate::{debian, workspace};

/// Fails with what is wrong with which report.
pub(crate) fn check() -> Result<()> {
    install_poppler()?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    workspace::run(Command::new(workspace::test_example("public_report")?).arg(folder.path()))?;
    let mut reports = folders(folder.path())?;
    reports.sort();
    if reports.len() < 10 {
        bail!("only {} reports were written", reports.len());
    }
    for report in &reports {
        says_nothing_it_may_not(report)?;
    }
    is_a_good_pdf(&folder.path().join("whole"))?;
    let bundles: Vec<PathBuf> = reports
        .iter()
        .map(|report| report.join("report.stix.json"))
        .collect();
    stix::validate(&bundles)
}

fn folders(of: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(of).with_context(|| format!("cannot read {}", of.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    paths.collect()
}

/// Every form of a report is searched for what it may not say, as a reader would: not defanged, not escaped, and
/// not broken into lines.
fn says_nothing_it_may_not(folder: &Path) -> Result<()> {
    let never = read(&folder.join("never.txt"))?;
    let forms = [
        "report.md",
        "report.html",
        "report.stix.json",
        "killchain.csv",
        "indicators.csv",
    ];
    let mut texts = vec![("report.pdf", text_of(&folder.join("report.pdf"))?)];
    for form in forms {
        texts.push((form, read(&folder.join(form))?));
    }
    for (form, text) in &texts {
        let text = plain(text);
        for one in never.lines().map(plain) {
            if text.contains(&one) {
                bail!("{form} of {} says what it may not: {one}", folder.display());
            }
        }
    }
    Ok(())
}

/// The whole report as a PDF: its text is there, and it is what accessibility wants.
fn is_a_good_pdf(folder: &Path) -> Result<()> {
    let pdf = folder.join("report.pdf");
    let about = workspace::read(Command::new("pdfinfo").arg(&pdf))?;
    for wanted in [
        "Tagged:          yes",
        "Title:           Recruiters who were nobody",
        "Encrypted:       no",
    ] {
        if !about.contains(wanted) {
            bail!("pdfinfo does not say '{wanted}':\n{about}");
        }
    }
    let structure = workspace::read(Command::new("pdfinfo").arg("-struct").arg(&pdf))?;
    for wanted in ["H1", "H2", "Table", "TH", "TD", "LBody"] {
        let is_there = structure
            .lines()
            .any(|line| line.trim().starts_with(wanted));
        if !is_there {
            bail!("the PDF's structure has no {wanted}:\n{structure}");
        }
    }
    let fonts = workspace::read(Command::new("pdffonts").arg(&pdf))?;
    // Name, type, encoding, and whether it is embedded, subset, and has a table of letters.
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    if rows.is_empty() || rows.iter().any(|row| row.matches("yes").count() != 3) {
        bail!("a font is not in the PDF, or without its letters:\n{fonts}");
    }
    let text = plain(&text_of(&pdf)?);
    // What people read in Markdown they read on paper: every account and every indicator.
    let listed = read(&folder.join("indicators.csv"))?;
    for line in listed.lines().skip(1) {
        let value = plain(
            line.split(',')
                .nth(1)
                .unwrap_or("")
                .trim_matches(['"', '\'']),
        );
        if !text.contains(&value) {
            bail!("the PDF does not say {value}");
        }
    }
    Ok(())
}

fn text_of(pdf: &Path) -> Result<String> {
    workspace::read(
        Command::new("pdftotext")
            // In the order of the file, where the lines of a cell stand together.
            .args(["-raw", "-enc", "UTF-8"])
            .arg(pdf)
            .arg("-"),
    )
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn plain(text: &str) -> String {
    let text = text
        .replace("[.]", ".")
        .replace("[:]", ":")
        .replace("[@]", "@");
    let text = text
        .replace('\\', "")
        .replace("hxxp", "http")
        .replace("&amp;", "&");
    text.split_whitespace().collect()
}

/// Poppler's tools are a package of Debian and Ubuntu.
pub(super) fn install_poppler() -> Result<()> {
    let is_there = || {
        Command::new("pdftotext")
            .arg("-v")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if is_there() {
        return Ok(());
    }
    debian::install("poppler-utils", "it reads the PDF of a public report")?;
    if !is_there() {
        bail!("poppler-utils was installed and pdftotext cannot be started");
    }
    Ok(())
}
