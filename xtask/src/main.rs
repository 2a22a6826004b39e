//! The commands of the README: demo, check, bench.
fn main() {}
