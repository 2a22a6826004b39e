//! Text that others wrote, made harmless.
//!
//! Account ids, titles and links may come from an adversary who knows that somebody will read
//! about them. This module owns the way such text gets onto a page: the writers [`Html`] and
//! [`Markdown`] take words of our own as `&'static str` and everything else through methods that
//! escape it, so unescaped text cannot be written by mistake. It refuses to judge what text means.

mod html;
pub(crate) mod json;
mod markdown;
mod visible;

pub use html::Html;
pub use markdown::Markdown;
pub(crate) use visible::{defanged, hides, shortened, visible};
