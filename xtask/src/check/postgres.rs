//! The tests of `avert-ops` once more, on a PostgreSQL that the check starts itself.

use anyhow::Result;

use crate::postgres::Postgres;
use crate::workspace::{cargo, run};

pub(super) fn check() -> Result<()> {
    let server = Postgres::start(false)?;
    // By name and not by package: another choice of packages would be another build.
    let arguments = [
        "test",
        "--locked",
        "--quiet",
        "--workspace",
        "--test",
        "ops",
    ];
    run(cargo(&arguments).env("AVERT_TEST_POSTGRES", server.url()))
}
