//! A case, told to a person or to software.

use avert_model::Dossier;

mod json;

/// What a report may show beyond the default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportOptions {
    /// List the accounts of the people reached. Otherwise they are counted and never listed.
    pub list_contacts: bool,
}

/// The case as Markdown (CommonMark with tables).
pub fn markdown(dossier: &Dossier, options: &ReportOptions) -> String {
    let _ = options;
    format!("**{}**\n\n# {}\n", dossier.case.tlp, dossier.case.id)
}

/// The case as one HTML file that needs nothing else.
pub fn html(dossier: &Dossier, options: &ReportOptions) -> String {
    let _ = options;
    format!("<!doctype html><title>{}</title>", dossier.case.id)
}

/// The case as JSON, shape `avert.report/1`.
pub fn json(dossier: &Dossier, options: &ReportOptions) -> String {
    json::write(dossier, options)
}
