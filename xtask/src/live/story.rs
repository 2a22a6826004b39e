//! Tells a story step by step: each step is a sentence that is true when it ends.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::talk::{say, spell};

/// A story being told.
pub(crate) struct Story {
    begun: Instant,
    steps: usize,
}

impl Story {
    /// Begins a story with its title.
    pub(crate) fn begin(title: &str) -> Self {
        say(&format!("   {title}"));
        Self {
            begun: Instant::now(),
            steps: 0,
        }
    }

    /// Makes a sentence true, or says why it is not.
    pub(crate) fn step<T>(&mut self, sentence: &str, act: impl FnOnce() -> Result<T>) -> Result<T> {
        let begun = Instant::now();
        let result = act().with_context(|| format!("it is not true that {sentence}"))?;
        self.steps += 1;
        say(&format!("   ✓ {sentence} ({})", spell(begun.elapsed())));
        Ok(result)
    }

    /// Ends the story with its totals.
    pub(crate) fn end(self) {
        say(&format!(
            "   {} steps in {}",
            self.steps,
            spell(self.begun.elapsed())
        ));
    }
}
