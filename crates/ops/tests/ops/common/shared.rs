//! Values that several threads may look at and change, with the words of the single-threaded ones.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A value that is copied in and out.
#[derive(Debug, Default)]
pub(crate) struct Cell<T>(Mutex<T>);

impl<T: Copy> Cell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn get(&self) -> T {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, value: T) {
        self.replace(value);
    }

    pub(crate) fn replace(&self, value: T) -> T {
        std::mem::replace(
            &mut self.0.lock().unwrap_or_else(PoisonError::into_inner),
            value,
        )
    }
}

impl Cell<usize> {
    /// Adds, at one go, and gives the sum; it wraps, so the greatest number takes one away.
    pub(crate) fn add(&self, other: usize) -> usize {
        let mut value = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *value = value.wrapping_add(other);
        *value
    }
}

/// A value that is looked at in place.
#[derive(Debug, Default)]
pub(crate) struct RefCell<T>(Mutex<T>);

impl<T> RefCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(crate) fn borrow(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn borrow_mut(&self) -> MutexGuard<'_, T> {
        self.borrow()
    }
}
