//! Pages and the tree of what they mean, written as a file.

use std::num::NonZeroU16;

use avert_model::Timestamp;
use jiff::tz::TimeZone;
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node, SpanTag, TableHeaderScope,
    Tag, TagGroup, TagKind, TagTree,
};
use krilla::{Document as Pdf, SerializeSettings};

use super::face::Faces;
use super::flow::{Flow, HEIGHT, MARGIN, Mark, Meaning, Piece, WIDTH};
use crate::escape::{shortened, visible};
use crate::report::public::document::Document;

const INK: (u8, u8, u8) = (20, 22, 24);
const SOFT: (u8, u8, u8) = (85, 89, 95);
const LINES: (u8, u8, u8) = (201, 197, 188);
const SMALL: f32 = 8.0;

/// Writes the file.
pub(super) fn write(
    flow: &Flow<'_>,
    document: &Document,
    made_at: Timestamp,
    faces: &Faces,
) -> Result<Vec<u8>, String> {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| format!("{error:?}"))?;
    let mut pdf = Pdf::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    let mut leaves: Vec<Vec<Identifier>> = vec![Vec::new(); flow.leaves];
    for (number, marks) in flow.marks.iter().enumerate() {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or("a page has no size")?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        frame(&mut surface, document, number, flow.pages(), faces);
        for mark in marks {
            match mark {
                Mark::Text(piece) => text(&mut surface, piece, faces, &mut leaves),
                Mark::Rule { from, to, y } => rule(&mut surface, *from, *to, *y),
            }
        }
        surface.finish();
        page.finish();
    }
    pdf.set_outline(outline(flow));
    pdf.set_tag_tree(tree(flow, leaves));
    pdf.set_metadata(metadata(document, made_at));
    pdf.finish().map_err(|error| error.to_string())
}

fn fill((red, green, blue): (u8, u8, u8)) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        ..Fill::default()
    }
}

/// What is on every page: the label, as FIRST prescribes it, the title and the number.
fn frame(
    surface: &mut Surface<'_>,
    document: &Document,
    number: usize,
    pages: usize,
    faces: &Faces,
) {
    surface.start_tagged(artifact(ArtifactType::Header));
    let label = "TLP:CLEAR";
    let width = faces.of(true).width(label) * SMALL + 10.0;
    rectangle(
        surface,
        WIDTH - MARGIN - width,
        34.0,
        width,
        15.0,
        (0, 0, 0),
    );
    let x = WIDTH - MARGIN - width + 5.0;
    glyphs(surface, x, 44.5, SMALL, true, label, (255, 255, 255), faces);
    let author = faces.legible(&shortened(&document.author, 60));
    glyphs(surface, MARGIN, 44.5, SMALL, false, &author, SOFT, faces);
    surface.end_tagged();
    surface.start_tagged(artifact(ArtifactType::Footer));
    let title = faces.legible(&shortened(&document.title, 70));
    let y = HEIGHT - 36.0;
    glyphs(surface, MARGIN, y, SMALL, false, &title, SOFT, faces);
    let number = format!("{} / {pages}", number + 1);
    let x = WIDTH - MARGIN - faces.of(false).width(&number) * SMALL;
    glyphs(surface, x, y, SMALL, false, &number, SOFT, faces);
    surface.end_tagged();
}

fn artifact(kind: ArtifactType) -> ContentTag<'static> {
    ContentTag::Artifact(Artifact::with_kind(kind))
}

fn text(surface: &mut Surface<'_>, piece: &Piece, faces: &Faces, leaves: &mut [Vec<Identifier>]) {
    let tag = match piece.leaf {
        Some(_) => ContentTag::Span(SpanTag::empty()),
        None => artifact(ArtifactType::PaginationOther),
    };
    let identifier = surface.start_tagged(tag);
    glyphs(
        surface,
        piece.x,
        piece.y,
        piece.size,
        piece.bold,
        &piece.text,
        INK,
        faces,
    );
    surface.end_tagged();
    if let Some(leaf) = piece.leaf.and_then(|leaf| leaves.get_mut(leaf)) {
        leaf.push(identifier);
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "each is a property of a line of text"
)]
fn glyphs(
    surface: &mut Surface<'_>,
    x: f32,
    y: f32,
    size: f32,
    bold: bool,
    text: &str,
    colour: (u8, u8, u8),
    faces: &Faces,
) {
    let face = faces.of(bold);
    surface.set_fill(Some(fill(colour)));
    surface.draw_glyphs(
        Point::from_xy(x, y),
        &face.glyphs(text),
        face.font.clone(),
        text,
        size,
        false,
    );
}

fn rule(surface: &mut Surface<'_>, from: f32, to: f32, y: f32) {
    surface.start_tagged(artifact(ArtifactType::Layout));
    rectangle(surface, from, y, to - from, 0.6, LINES);
    surface.end_tagged();
}

fn rectangle(
    surface: &mut Surface<'_>,
    x: f32,
    y: f32,
    width: f32,
    height: f32,
    colour: (u8, u8, u8),
) {
    let mut path = PathBuilder::new();
    if let Some(rectangle) = Rect::from_xywh(x, y, width, height) {
        path.push_rect(rectangle);
    }
    if let Some(path) = path.finish() {
        surface.set_fill(Some(fill(colour)));
        surface.draw_path(&path);
    }
}

fn outline(flow: &Flow<'_>) -> Outline {
    let mut outline = Outline::new();
    for meaning in &flow.meanings {
        if let Meaning::Heading { text, page, y, .. } = meaning {
            let place = XyzDestination::new(*page, Point::from_xy(0.0, *y));
            outline.push_child(OutlineNode::new(visible(text), place));
        }
    }
    outline
}

/// The tree of headings, paragraphs, lists and tables.
fn tree(flow: &Flow<'_>, mut leaves: Vec<Vec<Identifier>>) -> TagTree {
    let mut take = |kind: TagKind, leaf: usize| {
        let children = std::mem::take(&mut leaves[leaf]).into_iter();
        TagGroup::with_children(kind, children.map(Node::from).collect())
    };
    let mut tree = TagTree::new().with_lang(Some("en".to_owned()));
    for meaning in &flow.meanings {
        tree.push(match meaning {
            Meaning::Heading {
                level, text, leaf, ..
            } => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                take(Tag::Hn(level, Some(visible(text))).into(), *leaf)
            }
            Meaning::Paragraph(leaf) => take(Tag::P.into(), *leaf),
            Meaning::List(items) => {
                let mut list = TagGroup::new(Tag::L(ListNumbering::Disc));
                for (bullet, body) in items {
                    let mut item = TagGroup::new(Tag::LI);
                    item.push(take(Tag::Lbl.into(), *bullet));
                    item.push(take(Tag::LBody.into(), *body));
                    list.push(item);
                }
                list
            }
            Meaning::Table {
                summary,
                head,
                rows,
            } => {
                let mut heads = TagGroup::new(Tag::TR);
                for leaf in head {
                    heads.push(take(Tag::TH(TableHeaderScope::Column).into(), *leaf));
                }
                let mut body = TagGroup::new(Tag::TBody);
                for row in rows {
                    let mut cells = TagGroup::new(Tag::TR);
                    for leaf in row {
                        cells.push(take(Tag::TD.into(), *leaf));
                    }
                    body.push(cells);
                }
                let mut top = TagGroup::new(Tag::THead);
                top.push(heads);
                let table = Tag::Table.with_summary(Some((*summary).to_owned()));
                let mut table = TagGroup::new(table);
                table.push(top);
                table.push(body);
                table
            }
        });
    }
    tree
}

fn metadata(document: &Document, made_at: Timestamp) -> Metadata {
    let at = made_at.to_zoned(TimeZone::UTC);
    let of = |number: i8| number.unsigned_abs();
    let date = DateTime::new(at.year().unsigned_abs())
        .month(of(at.month()))
        .day(of(at.day()))
        .hour(of(at.hour()))
        .minute(of(at.minute()))
        .second(of(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    let title = visible(&shortened(
        &document.title,
        crate::report::html::TITLE_LIMIT,
    ));
    Metadata::new()
        .title(title)
        .authors(vec![visible(&shortened(&document.author, 200))])
        .description("TLP:CLEAR".to_owned())
        .creator("Avert".to_owned())
        .language("en".to_owned())
        .creation_date(date)
}
