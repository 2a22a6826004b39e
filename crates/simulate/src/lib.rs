//! Makes platforms with hostile operations planted in them.
