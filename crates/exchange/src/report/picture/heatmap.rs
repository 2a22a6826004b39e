//! Activity by day of the week and hour of the day, drawn.

use avert_model::ActivityHours;

use crate::escape::Html;
use crate::report::words;

const CELL: (f64, f64) = (24.0, 22.0);
const GAP: f64 = 2.0;
const LEFT: f64 = 42.0;
const TOP: f64 = 22.0;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// How counts become five shades; the busiest hour has the fifth.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Levels {
    most: u32,
}

impl Levels {
    pub(in crate::report) fn of(activity: &ActivityHours) -> Self {
        Self {
            most: activity.rows().iter().flatten().copied().max().unwrap_or(0),
        }
    }

    /// 0 for nothing, else 1 to 5.
    pub(in crate::report) fn level(self, count: u32) -> usize {
        if self.most == 0 {
            return 0;
        }
        let level = (u64::from(count) * 5).div_ceil(u64::from(self.most));
        usize::try_from(level.min(5)).unwrap_or(5)
    }

    /// The least and the most count of a level, where any count falls into it.
    fn range(self, level: u32) -> Option<(u32, u32)> {
        let bound = |level: u32| {
            u32::try_from(u64::from(self.most) * u64::from(level) / 5).unwrap_or(u32::MAX)
        };
        let (low, high) = (bound(level - 1).saturating_add(1), bound(level));
        (low <= high).then_some((low, high))
    }
}

/// Draws the table. `index` makes ids unique on the page.
pub(in crate::report) fn heatmap(
    html: &mut Html,
    activity: &ActivityHours,
    index: usize,
    says: &str,
) {
    let levels = Levels::of(activity);
    html.raw("<svg class=\"heatmap\" role=\"img\" aria-labelledby=\"heat-t")
        .whole(index);
    html.raw(" heat-d")
        .whole(index)
        .raw("\" viewBox=\"0 0 676 204\"><title id=\"heat-t");
    html.whole(index)
        .raw("\">Activity by hour and day, UTC</title><desc id=\"heat-d");
    html.whole(index)
        .raw("\">")
        .text(says)
        .raw(" The table below has every number.</desc>");
    for hour in (0..24_u32).step_by(3) {
        html.raw("<text class=\"axis\" x=\"")
            .length(LEFT + f64::from(hour) * CELL.0 + 1.0);
        html.raw("\" y=\"14\">")
            .text(&format!("{hour:02}"))
            .raw("</text>");
    }
    html.raw("<text class=\"axis end\" x=\"668\" y=\"14\">all</text>");
    for ((day, name), row) in DAYS.iter().enumerate().zip(activity.rows()) {
        let y = TOP + day as f64 * CELL.1;
        html.raw("<text class=\"axis\" x=\"0\" y=\"")
            .length(y + 15.0)
            .raw("\">");
        html.text(name).raw("</text>");
        for (hour, count) in row.iter().enumerate() {
            html.raw("<rect class=\"")
                .raw(class(levels.level(*count)))
                .raw("\" x=\"");
            html.length(LEFT + hour as f64 * CELL.0)
                .raw("\" y=\"")
                .length(y);
            html.raw("\" width=\"")
                .length(CELL.0 - GAP)
                .raw("\" height=\"");
            html.length(CELL.1 - GAP).raw("\" rx=\"3\"><title>");
            html.text(&format!(
                "{name} {hour:02}:00, {}",
                words::digits(u64::from(*count))
            ));
            html.raw("</title></rect>");
        }
        let all: u64 = row.iter().map(|count| u64::from(*count)).sum();
        html.raw("<text class=\"axis end\" x=\"668\" y=\"")
            .length(y + 15.0)
            .raw("\">");
        html.text(&words::digits(all)).raw("</text>");
    }
    legend(html, levels);
    html.raw("</svg>");
}

fn legend(html: &mut Html, levels: Levels) {
    let mut x = LEFT;
    for level in 1..=5_u32 {
        let Some((low, high)) = levels.range(level) else {
            continue;
        };
        let says = if low == high {
            words::digits(u64::from(low))
        } else {
            format!(
                "{}–{}",
                words::digits(u64::from(low)),
                words::digits(u64::from(high))
            )
        };
        html.raw("<rect class=\"")
            .raw(class(level as usize))
            .raw("\" x=\"")
            .length(x);
        html.raw("\" y=\"188\" width=\"14\" height=\"14\" rx=\"3\"/><text class=\"axis\" x=\"");
        html.length(x + 20.0)
            .raw("\" y=\"200\">")
            .text(&says)
            .raw("</text>");
        x += 20.0 + 7.5 * says.chars().count() as f64 + 18.0;
    }
    if levels.most > 0 {
        html.raw("<text class=\"axis\" x=\"")
            .length(x)
            .raw("\" y=\"200\">actions in an hour</text>");
    }
}

fn class(level: usize) -> &'static str {
    ["h0", "h1", "h2", "h3", "h4", "h5"][level.min(5)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_falls_into_the_range_its_legend_states() {
        for most in [1_u32, 2, 3, 7, 100, 1_234] {
            let levels = Levels { most };
            for count in 1..=most {
                let level = u32::try_from(levels.level(count)).unwrap();
                let (low, high) = levels.range(level).unwrap();
                assert!((low..=high).contains(&count), "{count} of {most}");
            }
            assert_eq!(levels.level(most), 5);
            assert_eq!(levels.level(0), 0);
        }
    }
}
