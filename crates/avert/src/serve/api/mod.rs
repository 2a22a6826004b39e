//! The operations, one module a stage of the work.

mod appeals;
mod case;
mod cases;
mod findings;
mod freeze;
mod journal;
mod map;
mod may;
mod notices;
mod page;
mod passkeys;
mod people;
pub(super) mod session;
mod settings;
mod takedowns;
mod today;
mod tokens;

use super::routes::Routes;

/// Puts every operation into the table.
pub(super) fn register(routes: &mut Routes) {
    session::register(routes);
    today::register(routes);
    findings::register(routes);
    cases::register(routes);
    map::register(routes);
    takedowns::register(routes);
    notices::register(routes);
    appeals::register(routes);
    freeze::register(routes);
    journal::register(routes);
    people::register(routes);
    passkeys::register(routes);
    tokens::register(routes);
    settings::register(routes);
}
