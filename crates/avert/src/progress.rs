//! A progress bar for long work: on a terminal only, on standard error only.

use std::borrow::Cow;

use indicatif::{ProgressBar, ProgressStyle};

use crate::printer::Printer;

/// Shows how far long work has come, or does nothing where nobody is watching.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for work that will be named as it goes.
    pub(crate) fn new(printer: &Printer) -> Self {
        if !printer.shows_progress() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner();
        bar.set_style(
            ProgressStyle::with_template("{spinner} {msg} {human_pos}")
                .expect("the template is a constant that is known to parse"),
        );
        Self(bar)
    }

    /// This much of this much is done; `total` 0 means that nobody knows how much there is.
    pub(crate) fn at(&self, what: impl Into<Cow<'static, str>>, done: u64, total: u64) {
        if total > 0 && self.0.length() != Some(total) {
            self.0.set_length(total);
            self.0.set_style(
                ProgressStyle::with_template("{msg:24} {bar:32} {human_pos}/{human_len} {eta}")
                    .expect("the template is a constant that is known to parse"),
            );
        }
        self.0.set_message(what);
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
