//! People reached, by how close they came, drawn as bars that fit any width.

use avert_model::ContactTier;

use crate::escape::Html;
use crate::report::words;

/// Draws one bar a tier, in the order given. Widths are shares of the width there is, so words
/// keep their size on a narrow screen.
pub(in crate::report) fn bars(html: &mut Html, tiers: &[(ContactTier, u64)]) {
    const ROW: f64 = 46.0;
    let most = tiers
        .iter()
        .map(|(_, people)| *people)
        .max()
        .unwrap_or(0)
        .max(1);
    html.raw("<svg class=\"bars\" role=\"img\" aria-label=\"People reached by tier: ");
    let says: Vec<String> = tiers
        .iter()
        .map(|(tier, people)| format!("{} {}", words::tier(*tier), words::digits(*people)))
        .collect();
    html.text(&words::list(&says))
        .raw("\" width=\"100%\" height=\"");
    html.length(ROW * tiers.len() as f64).raw("\">");
    for (row, (tier, people)) in tiers.iter().enumerate() {
        let y = row as f64 * ROW;
        html.raw("<text class=\"bar-name\" x=\"0\" y=\"")
            .length(y + 15.0)
            .raw("\">");
        html.text(words::tier(*tier))
            .raw("</text><text class=\"bar-number\" x=\"100%\" y=\"");
        html.length(y + 15.0)
            .raw("\">")
            .text(&words::digits(*people))
            .raw("</text>");
        html.raw("<rect class=\"track\" x=\"0\" width=\"100%\" height=\"12\" rx=\"3\" y=\"");
        html.length(y + 22.0).raw("\"/>");
        if *people > 0 {
            html.raw("<rect class=\"")
                .raw(class(*tier))
                .raw("\" x=\"0\" width=\"");
            // A single person among thousands must still be seen.
            html.length((*people as f64 / most as f64 * 100.0).max(0.6));
            html.raw("%\" height=\"12\" rx=\"3\" y=\"")
                .length(y + 22.0)
                .raw("\"/>");
        }
    }
    html.raw("</svg>");
}

fn class(tier: ContactTier) -> &'static str {
    match tier {
        ContactTier::Saw => "t1",
        ContactTier::Connected => "t2",
        ContactTier::Talked => "t3",
        ContactTier::ClickedOrOpened => "t4",
    }
}
