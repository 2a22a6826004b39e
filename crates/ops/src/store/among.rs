//! One question about many ids: some hundred at a time of a server, which is asked less often then; one after the other
//! of a file, where a list takes longer to read than its ids to look up.

use super::connection::{Backend, Each};
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
    /// Gives every row about these to `each`, which must not ask the store anything. The statement finds each of them by
    /// an index, and its order and what it says of several rows hold for as many as are asked about at once: one, or some
    /// hundred.
    pub(crate) fn each_among(
        &self,
        what: &'static str,
        asked: Among<'_>,
        among: &[Value],
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.each_among(what, asked, among, each),
            Backend::Postgres(_) => self.each_together(what, asked, among, each),
        }
    }

    /// The same, always some hundred at once: for statements that find them by looking everything through.
    pub(crate) fn each_together(
        &self,
        what: &'static str,
        asked: Among<'_>,
        among: &[Value],
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        among
            .chunks(ASKED_TOGETHER)
            .try_for_each(|some| self.each(what, &asked.of(some.len()), &asked.values(some), each))
    }
}

impl Transaction<'_> {
    /// Changes something about each of these, which the statement finds by an index.
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
