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
