//! The `avert` binary.
fn main() {}
