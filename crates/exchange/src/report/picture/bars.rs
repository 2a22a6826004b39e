//! One bar of the chart of people reached. The chart is a table: its numbers stand beside the bars.

use avert_model::ContactTier;

use crate::escape::Html;

/// Draws a bar as long as `people` of `most`, in shares of the width there is, so that it fits a
/// telephone and a page alike.
pub(in crate::report) fn bar(html: &mut Html, tier: ContactTier, people: u64, most: u64) {
    html.raw(
        "<svg class=\"bar\" aria-hidden=\"true\"><rect class=\"track\" width=\"100%\" \
         height=\"100%\" rx=\"3\"/>",
    );
    if people > 0 {
        // A single person among thousands must still be seen.
        let share = (people as f64 / most.max(1) as f64 * 100.0).max(0.6);
        html.raw("<rect class=\"")
            .raw(class(tier))
            .raw("\" width=\"")
            .length(share);
        html.raw("%\" height=\"100%\" rx=\"3\"/>");
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
