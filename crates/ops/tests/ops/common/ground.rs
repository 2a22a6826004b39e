//! Where a test's store is: in SQLite, or in a schema of its own of the PostgreSQL that the variable
//! `AVERT_TEST_POSTGRES` names. The same tests run on both (`cargo xtask check`).

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use avert_ops::store::Store;

const VARIABLE: &str = "AVERT_TEST_POSTGRES";

/// A store that several can open, as several processes would.
pub(crate) struct Ground {
    place: Place,
}

enum Place {
    File(tempfile::TempDir),
    Schema(String),
}

impl Ground {
    pub(crate) fn new() -> Self {
        let place = match std::env::var(VARIABLE) {
            Ok(url) => Place::Schema(schema(&url)),
            Err(_) => Place::File(tempfile::tempdir().unwrap()),
        };
        Self { place }
    }

    pub(crate) fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    pub(crate) fn try_open(&self) -> Result<Store, avert_ops::store::StoreError> {
        match &self.place {
            Place::File(folder) => Store::open(&file(folder)),
            Place::Schema(url) => Store::connect(url, None),
        }
    }

    /// Reads the store behind Avert's back, every value as text.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        match &self.place {
            Place::File(folder) => rows_in_file(&file(folder), sql),
            Place::Schema(url) => rows_on_postgres(url, sql),
        }
    }

    /// Changes the store behind Avert's back, as somebody could who may write to it.
    pub(crate) fn alter(&self, sql: &str) {
        match &self.place {
            Place::File(folder) => rusqlite::Connection::open(file(folder))
                .unwrap()
                .execute_batch(sql)
                .unwrap(),
            Place::Schema(url) => on_postgres(url, sql),
        }
    }
}

/// What PostgreSQL answers, every value as text.
fn rows_on_postgres(url: &str, sql: &str) -> Vec<Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        let messages = client.simple_query(sql).await.unwrap();
        let rows = messages.into_iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        rows.map(|row| {
            let values =
                (0..row.len()).map(|column| row.get(column).unwrap_or_default().to_owned());
            values.collect()
        })
        .collect()
    })
}

/// What SQLite answers, every value as text.
fn rows_in_file(path: &std::path::Path, sql: &str) -> Vec<Vec<String>> {
    use rusqlite::types::ValueRef;
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let text = |value: ValueRef<'_>| match value {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
        other => format!("{other:?}"),
    };
    let rows = statement.query_map([], |row| {
        (0..columns)
            .map(|column| Ok(text(row.get_ref(column)?)))
            .collect()
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// A store of its own for one test.
pub(crate) fn store() -> Store {
    match std::env::var(VARIABLE) {
        Ok(url) => Store::connect(&schema(&url), None).unwrap(),
        Err(_) => Store::in_memory().unwrap(),
    }
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("avert.db")
}

/// Makes a new schema and gives the address that leads into it.
fn schema(url: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    on_postgres(url, &format!("CREATE SCHEMA {name}"));
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}options=-c%20search_path%3D{name}")
}

fn on_postgres(url: &str, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
    });
}
