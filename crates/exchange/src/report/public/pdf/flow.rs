//! Text on pages: where lines and pages break.

mod lines;
mod table;

use super::face::Faces;
use crate::report::prose::Prose;
use crate::report::public::document::Table;

pub(super) use lines::Run;

/// A4, in points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
pub(super) const MARGIN: f32 = 56.7;
/// Where the text of a page begins and ends.
const TOP: f32 = 76.0;
const BOTTOM: f32 = HEIGHT - 68.0;
/// The height of a line, in parts of its size.
const LEADING: f32 = 1.4;
/// How far the letters of a line reach up, in parts of its size.
const ASCENT: f32 = 0.93;

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Label,
    Title,
    Byline,
    Heading,
    Paragraph,
}

impl Shape {
    fn size(self) -> f32 {
        match self {
            Self::Label => 9.0,
            Self::Title => 22.0,
            Self::Heading => 13.5,
            Self::Byline | Self::Paragraph => 10.0,
        }
    }

    /// The space above and below.
    fn space(self) -> (f32, f32) {
        match self {
            Self::Label => (0.0, 4.0),
            Self::Byline => (0.0, 12.0),
            Self::Heading => (16.0, 5.0),
            Self::Title | Self::Paragraph => (0.0, 6.0),
        }
    }
}

/// A line of text in one face, where it stands.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) x: f32,
    /// Of the line that letters stand on, from the top of the page.
    pub(super) y: f32,
    pub(super) size: f32,
    pub(super) bold: bool,
    /// Legible: both faces have all of it.
    pub(super) text: String,
    /// Which leaf of the tree it belongs to; nothing for what repeats.
    pub(super) leaf: Option<usize>,
}

/// What stands on a page.
#[derive(Debug, Clone)]
pub(super) enum Mark {
    Text(Piece),
    /// A line across, from one x to another.
    Rule {
        from: f32,
        to: f32,
        y: f32,
    },
}

/// What a part of the report is, for whoever does not see it. Numbers are those of leaves.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    /// A heading of this level, with its text, page and place.
    Heading {
        level: u16,
        text: String,
        page: usize,
        y: f32,
        leaf: usize,
    },
    Paragraph(usize),
    /// The bullet and the text of each item.
    List(Vec<(usize, usize)>),
    Table {
        summary: &'static str,
        head: Vec<usize>,
        rows: Vec<Vec<usize>>,
    },
}

/// Text being laid out.
pub(super) struct Flow<'f> {
    faces: &'f Faces,
    pub(super) marks: Vec<Vec<Mark>>,
    pub(super) meanings: Vec<Meaning>,
    pub(super) leaves: usize,
    /// Where the next line begins on the last page.
    y: f32,
}

impl<'f> Flow<'f> {
    pub(super) fn new(faces: &'f Faces) -> Self {
        Self {
            faces,
            marks: vec![Vec::new()],
            meanings: Vec::new(),
            leaves: 0,
            y: TOP,
        }
    }

    pub(super) fn pages(&self) -> usize {
        self.marks.len()
    }

    fn leaf(&mut self) -> usize {
        self.leaves += 1;
        self.leaves - 1
    }

    fn page(&mut self) -> &mut Vec<Mark> {
        self.marks.last_mut().expect("there is always a page")
    }

    fn next_page(&mut self) {
        self.marks.push(Vec::new());
        self.y = TOP;
    }

    /// Goes on to the next page unless there is this much left on this one.
    fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > TOP {
            self.next_page();
        }
    }

    /// Adds a piece of text of its own.
    pub(super) fn text(&mut self, runs: &[Run], shape: Shape) {
        let (above, below) = shape.space();
        let size = shape.size();
        if self.y > TOP {
            self.y += above;
        }
        let lines = lines::broken(runs, self.faces, size, WIDTH - 2.0 * MARGIN);
        if shape == Shape::Heading {
            // A heading is not left behind by what it heads.
            self.need(size * LEADING + below + 60.0);
        }
        let leaf = self.leaf();
        let (page, y) = (self.pages() - 1, self.y);
        for line in &lines {
            self.need(size * LEADING);
            self.line(line, MARGIN, size, Some(leaf));
            self.y += size * LEADING;
        }
        self.y += below;
        let heading = |level| Meaning::Heading {
            level,
            text: runs.iter().map(|run| run.text.as_str()).collect(),
            page,
            y,
            leaf,
        };
        self.meanings.push(match shape {
            Shape::Title => heading(1),
            Shape::Heading => heading(2),
            Shape::Label | Shape::Byline | Shape::Paragraph => Meaning::Paragraph(leaf),
        });
    }

    /// Adds a list.
    pub(super) fn list(&mut self, items: &[Prose]) {
        let size = Shape::Paragraph.size();
        let mut told = Vec::new();
        for item in items {
            let lines = lines::broken(
                &Run::of(item),
                self.faces,
                size,
                WIDTH - 2.0 * MARGIN - 14.0,
            );
            let (bullet, body) = (self.leaf(), self.leaf());
            for (number, line) in lines.iter().enumerate() {
                self.need(size * LEADING);
                if number == 0 {
                    let bullets = lines::broken(&[Run::plain("•")], self.faces, size, 14.0);
                    self.line(&bullets[0], MARGIN + 3.0, size, Some(bullet));
                }
                self.line(line, MARGIN + 14.0, size, Some(body));
                self.y += size * LEADING;
            }
            self.y += 2.5;
            told.push((bullet, body));
        }
        self.y += 4.0;
        self.meanings.push(Meaning::List(told));
    }

    /// Adds a table. Its head is on every page that it goes on to.
    pub(super) fn table(&mut self, table: &Table) {
        table::lay_out(self, table);
    }

    /// Writes a line where the text stands, its letters below the place.
    fn line(&mut self, line: &[lines::Stretch], x: f32, size: f32, leaf: Option<usize>) {
        let y = self.y + size * ASCENT;
        let mut x = x;
        for stretch in line {
            let width = self.faces.of(stretch.bold).width(&stretch.text) * size;
            let piece = Piece {
                x,
                y,
                size,
                bold: stretch.bold,
                text: stretch.text.clone(),
                leaf,
            };
            self.page().push(Mark::Text(piece));
            x += width;
        }
    }

    /// The texts of a page, for tests.
    #[cfg(test)]
    pub(super) fn words_of(&self, page: usize) -> Vec<String> {
        let marks = self.marks[page].iter();
        marks
            .filter_map(|mark| match mark {
                Mark::Text(piece) => Some(piece.text.trim().to_owned()),
                Mark::Rule { .. } => None,
            })
            .collect()
    }
}
