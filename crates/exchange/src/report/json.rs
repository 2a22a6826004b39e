//! The report for software.

use avert_model::Dossier;
use serde_json::json;

use super::ReportOptions;

/// Writes the report.
pub(super) fn write(dossier: &Dossier, _options: &ReportOptions) -> String {
    json!({ "schema": "avert.report/1", "case": dossier.case }).to_string()
}
