//! The two faces of the font: which letters there are, and how wide.
//!
//! Roboto, Copyright 2011 Google Inc., Apache License 2.0 (assets/Roboto-LICENSE.txt).

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider as _};
use unicode_normalization::UnicodeNormalization as _;

use crate::escape::visible;

static REGULAR: &[u8] = include_bytes!("../../../../assets/Roboto-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../../../assets/Roboto-Bold.ttf");

/// One face.
pub(super) struct Face {
    pub(super) font: Font,
    letters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    units_per_em: f32,
}

impl Face {
    fn new(data: &'static [u8]) -> Option<Self> {
        let read = FontRef::new(data).ok()?;
        let font = Font::new(data.into(), 0)?;
        Some(Self {
            units_per_em: font.units_per_em(),
            font,
            letters: read.charmap(),
            widths: read.glyph_metrics(Size::unscaled(), LocationRef::default()),
        })
    }

    fn has(&self, character: char) -> bool {
        self.letters
            .map(character)
            .is_some_and(|glyph| glyph.to_u32() != 0)
    }

    /// The glyphs of legible text, each as wide as the font says, in parts of the size.
    pub(super) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .map(|(at, character)| {
                let glyph = self.letters.map(character).unwrap_or_default();
                let width = self.widths.advance_width(glyph).unwrap_or(0.0) / self.units_per_em;
                let range = at..at + character.len_utf8();
                KrillaGlyph::new(
                    GlyphId::new(glyph.to_u32()),
                    width,
                    0.0,
                    0.0,
                    0.0,
                    range,
                    None,
                )
            })
            .collect()
    }

    /// How wide legible text is, in parts of the size.
    pub(super) fn width(&self, text: &str) -> f32 {
        let width = |character| {
            let glyph = self.letters.map(character).unwrap_or_default();
            self.widths.advance_width(glyph).unwrap_or(0.0)
        };
        text.chars().map(width).sum::<f32>() / self.units_per_em
    }
}

/// Both faces.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

impl Faces {
    /// The faces that are built in; nothing if they cannot be read.
    pub(super) fn new() -> Option<Self> {
        Some(Self {
            regular: Face::new(REGULAR)?,
            bold: Face::new(BOLD)?,
        })
    }

    pub(super) fn of(&self, bold: bool) -> &Face {
        if bold { &self.bold } else { &self.regular }
    }

    /// The text in letters that both faces have. What they lack, and what would hide, is written as its code point.
    pub(super) fn legible(&self, text: &str) -> String {
        let mut legible = String::with_capacity(text.len());
        for character in visible(text).nfc() {
            match character {
                // Letters that are nobody's: what they look like is each font's own.
                '\u{e000}'..='\u{f8ff}' => legible.push_str(&code_point(character)),
                _ if self.regular.has(character) && self.bold.has(character) => {
                    legible.push(character);
                }
                _ => legible.push_str(&code_point(character)),
            }
        }
        legible
    }
}

fn code_point(character: char) -> String {
    format!("⟨U+{:04X}⟩", u32::from(character))
}
