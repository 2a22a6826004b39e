//! `avert store …` as typed.

use avert_ops::store::NEWEST;
use clap::Subcommand;

/// `avert store …`
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Where everything is kept, in which schema, and how long the journal is
    Status,
    /// Go back to an older schema, for an older Avert; refused if rows would be lost
    Downgrade {
        /// The schema that the older Avert knows
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..NEWEST))]
        to: i64,
    },
}
