//! One question about many ids: asked some hundred at a time, and prepared once, since a list of hundreds takes longer to
//! parse than to look up.

use super::connection::{Backend, Each, locked};
use super::{ASKED_TOGETHER, Connection, StoreError, Transaction, Value, places};

/// A statement about one of many: `{among}` stands where their places go, after these values.
#[derive(Clone, Copy)]
pub(crate) struct Among<'a> {
    pub(crate) sql: &'a str,
    pub(crate) first: &'a [Value],
}

impl Among<'_> {
    /// The statement for so many.
    pub(super) fn of(&self, many: usize) -> String {
        let places = places(self.first.len() + 1, many);
        self.sql.replace("{among}", &places)
    }

    fn values(&self, some: &[Value]) -> Vec<Value> {
        self.first.iter().chain(some).cloned().collect()
    }
}

impl Connection {
    /// Gives every row about these to `each`, which must not ask the store anything; in the statement's order for some
    /// hundred of them, and then for the next.
    pub(crate) fn each_among(
        &self,
        what: &'static str,
        asked: Among<'_>,
        among: &[Value],
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.each_among(what, asked, among, each),
            Backend::Postgres(postgres) => among.chunks(ASKED_TOGETHER).try_for_each(|some| {
                let sql = asked.of(some.len());
                locked(postgres).each(what, &sql, &asked.values(some), each)
            }),
        }
    }
}

impl Transaction<'_> {
    /// Changes something about each of these.
    pub(crate) fn execute_among(
        &self,
        what: &'static str,
        asked: Among<'_>,
        among: &[Value],
    ) -> Result<(), StoreError> {
        match &self.connection.backend {
            Backend::Sqlite(sqlite) => sqlite.each_among(what, asked, among, &mut |_| Ok(true)),
            Backend::Postgres(_) => among.chunks(ASKED_TOGETHER).try_for_each(|some| {
                self.execute(what, &asked.of(some.len()), &asked.values(some))
                    .map(drop)
            }),
        }
    }
}
