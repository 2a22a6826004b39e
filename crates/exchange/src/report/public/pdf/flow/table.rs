//! Tables: rows stay whole where a page can hold them, and the head is on every page.

use super::lines::{self, Run, Stretch};
use super::{ASCENT, BOTTOM, Flow, LEADING, MARGIN, Mark, Meaning, TOP, WIDTH};
use crate::report::public::document::Table;

const SIZE: f32 = 8.5;
const LINE: f32 = SIZE * LEADING;
/// The space above and below the text of a row, and between columns.
const PADDING: f32 = 3.5;
const GUTTER: f32 = 8.0;

/// A row's cells, broken into lines.
type Cells = Vec<Vec<Vec<Stretch>>>;

struct Columns {
    /// Where each begins, and how wide its text may be.
    places: Vec<(f32, f32)>,
}

impl Columns {
    fn of(table: &Table) -> Self {
        let whole = WIDTH - 2.0 * MARGIN;
        let mut x = MARGIN;
        let mut places = Vec::new();
        for column in &table.columns {
            let width = whole * column.share;
            places.push((x, width - GUTTER));
            x += width;
        }
        Self { places }
    }
}

pub(super) fn lay_out(flow: &mut Flow<'_>, table: &Table) {
    let columns = Columns::of(table);
    let heads: Cells = table
        .columns
        .iter()
        .zip(&columns.places)
        .map(|(column, (_, width))| {
            lines::broken(&[Run::strong(column.head)], flow.faces, SIZE, *width)
        })
        .collect();
    let head: Vec<usize> = heads.iter().map(|_| flow.leaf()).collect();
    flow.need(height(&heads) + 3.0 * LINE);
    write(flow, &columns, &heads, 0..deepest(&heads), Some(&head));
    rule(flow);
    let mut rows = Vec::new();
    for row in &table.rows {
        let cells: Cells = row
            .iter()
            .zip(&columns.places)
            .map(|(cell, (_, width))| {
                let mut runs = Run::of(cell);
                if runs.iter().all(|run| run.text.is_empty()) {
                    // A cell without anything in it would be no cell for whoever does not see the table.
                    runs = vec![Run::plain("–")];
                }
                lines::broken(&runs, flow.faces, SIZE, *width)
            })
            .collect();
        let leaves: Vec<usize> = cells.iter().map(|_| flow.leaf()).collect();
        row_of(flow, &columns, &heads, &cells, &leaves);
        rows.push(leaves);
    }
    flow.y += 8.0;
    flow.meanings.push(Meaning::Table {
        summary: table.summary,
        head,
        rows,
    });
}

/// Writes a row: on the next page if this one cannot hold it and the next can, and over several if none can.
fn row_of(flow: &mut Flow<'_>, columns: &Columns, heads: &Cells, cells: &Cells, leaves: &[usize]) {
    let lines = deepest(cells);
    let mut done = 0;
    while done < lines {
        let room = lines_in(BOTTOM - flow.y - 2.0 * PADDING);
        let room_of_a_page = lines_in(BOTTOM - TOP - height(heads) - 2.0 * PADDING).max(1);
        let is_whole = lines - done <= room;
        if !is_whole && (room == 0 || done == 0 && lines <= room_of_a_page) {
            flow.next_page();
            write(flow, columns, heads, 0..deepest(heads), None);
            rule(flow);
            continue;
        }
        let until = lines.min(done + room.max(1));
        write(flow, columns, cells, done..until, Some(leaves));
        done = until;
    }
    rule(flow);
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page is far from 2^31 lines high, and less than none are none"
)]
fn lines_in(height: f32) -> usize {
    (height / LINE).floor().max(0.0) as usize
}

fn deepest(cells: &Cells) -> usize {
    cells.iter().map(Vec::len).max().unwrap_or(0)
}

fn height(cells: &Cells) -> f32 {
    deepest(cells) as f32 * LINE + 2.0 * PADDING
}

/// Writes some lines of every cell; what has no leaves repeats what is told elsewhere.
fn write(
    flow: &mut Flow<'_>,
    columns: &Columns,
    cells: &Cells,
    lines: std::ops::Range<usize>,
    leaves: Option<&[usize]>,
) {
    flow.y += PADDING;
    let top = flow.y;
    // Cell by cell, so that the text of one stands together in the file too.
    for (number, (cell, (x, _))) in cells.iter().zip(&columns.places).enumerate() {
        let leaf = leaves.and_then(|leaves| leaves.get(number).copied());
        for (row, line) in cell.iter().take(lines.end).skip(lines.start).enumerate() {
            flow.y = top + row as f32 * LINE;
            flow.line(line, *x, SIZE, leaf);
        }
    }
    flow.y = top + lines.len() as f32 * LINE + PADDING;
}

fn rule(flow: &mut Flow<'_>) {
    let y = flow.y - SIZE * (1.0 - ASCENT);
    flow.page().push(Mark::Rule {
        from: MARGIN,
        to: WIDTH - MARGIN,
        y,
    });
}
