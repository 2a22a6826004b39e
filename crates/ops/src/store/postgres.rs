//! PostgreSQL: one database for several servers.
//!
//! The driver is asynchronous inside; here it is driven to the end of each call on the calling
//! thread, so that nothing outside this file knows (docs/adr/0014).

use std::collections::HashMap;
use std::str::FromStr as _;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use futures_util::future::{join, join_all, try_join_all};
use tokio::runtime::Runtime;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::{Each, OnDisk};
use super::{Row, StoreError, Value};

/// Writers queue for one lock, as they do for SQLite's: the journal is one chain. The lock is of the
/// schema, so two Averts in one database do not wait for each other.
const BEGIN_WRITE: &str =
    "BEGIN; SELECT pg_advisory_xact_lock(hashtext('avert writes'), hashtext(current_schema()))";
/// The server writes its log in order: whoever waits for what comes later waits for this.
const BEGIN_SOON: &str = "BEGIN; SET LOCAL synchronous_commit = off; \
    SELECT pg_advisory_xact_lock(hashtext('avert writes'), hashtext(current_schema()))";
pub(super) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How many statements of one call are under way at a time.
const TOGETHER: usize = 512;
/// How many rows one statement writes at most; a power of two.
const MOST_IN_ONE: usize = 64;
/// How many statements wait for the next call at most.
const MOST_LATER: usize = 16;

pub(super) struct Postgres {
    runtime: Runtime,
    client: Client,
    prepared: HashMap<String, Statement>,
    /// What nobody waits for the answer of: it is sent with the next call, in this order, and what
    /// failed of it is that call's error.
    later: Vec<Later>,
}

struct Later {
    what: &'static str,
    asks: Asks,
}

enum Asks {
    Batch(&'static str),
    Statement(Statement, Vec<Value>),
}

impl Later {
    async fn carry_out(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        match &self.asks {
            Asks::Batch(sql) => client.batch_execute(sql).await,
            Asks::Statement(statement, values) => {
                client.execute_raw(statement, values).await.map(drop)
            }
        }
    }
}

/// Why no connection was made.
pub(super) type ConnectError = Box<dyn std::error::Error + Send + Sync>;

impl ToSql for Value {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Number(number) => number.to_sql(of, out),
            Self::Text(text) => text.as_str().to_sql(of, out),
        }
    }

    fn accepts(of: &Type) -> bool {
        matches!(*of, Type::INT8 | Type::TEXT)
    }

    to_sql_checked!();
}

/// The address without what is secret in it, to be told.
pub(super) fn told(url: &str) -> String {
    let Ok(config) = Config::from_str(url) else {
        return "an address that cannot be read".into();
    };
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            tokio_postgres::config::Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
        })
        .collect();
    format!(
        "{} on {}",
        config.get_dbname().unwrap_or("postgres"),
        hosts.join(", ")
    )
}

impl Postgres {
    pub(super) fn connect(url: &str, password: Option<&str>) -> Result<Self, ConnectError> {
        let mut config = Config::from_str(url)?;
        if let Some(password) = password {
            config.password(password);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        config.application_name("avert");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let client = runtime.block_on(async {
            let (client, connection) = config.connect(tls()?).await?;
            // It runs whenever a call is waited for, and ends with the client.
            tokio::spawn(connection);
            Ok::<_, ConnectError>(client)
        })?;
        Ok(Self {
            runtime,
            client,
            prepared: HashMap::new(),
            later: Vec::new(),
        })
    }

    fn prepare(&mut self, what: &'static str, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        // The statements are written with SQLite's marks, and hold no question mark besides.
        let numbered = sql.replace('?', "$");
        let prepared = self.runtime.block_on(self.client.prepare(&numbered));
        let statement = prepared.map_err(|source| self.failed(what, source))?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Carries out what was left for later and this, in one wait.
    fn carry_out<T>(
        &mut self,
        what: &'static str,
        last: impl AsyncFnOnce(&Client) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, StoreError> {
        let (later, client) = (std::mem::take(&mut self.later), &self.client);
        let (before, last) = self.runtime.block_on(async {
            // Each is sent when it is polled for the first time, so they go out in their order.
            let before = join_all(later.iter().map(|later| later.carry_out(client)));
            join(before, last(client)).await
        });
        for (later, ended) in later.iter().zip(before) {
            ended.map_err(|source| self.failed(later.what, source))?;
        }
        last.map_err(|source| self.failed(what, source))
    }

    fn leave(&mut self, what: &'static str, asks: Asks) -> Result<(), StoreError> {
        self.later.push(Later { what, asks });
        if self.later.len() < MOST_LATER {
            return Ok(());
        }
        self.carry_out(what, async |_| Ok(()))
    }

    pub(super) fn each(
        &mut self,
        what: &'static str,
        sql: &str,
        values: &[Value],
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        let statement = self.prepare(what, sql)?;
        self.carry_out(what, async |client: &Client| {
            let rows = client.query_raw(&statement, values).await?;
            let mut rows = std::pin::pin!(rows);
            while let Some(row) = rows.try_next().await? {
                match decode(&row).and_then(|mut row| each(&mut row)) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => return Ok(Err(error)),
                }
            }
            Ok(Ok(()))
        })?
    }

    pub(super) fn change(
        &mut self,
        what: &'static str,
        sql: &str,
        all: &mut dyn Iterator<Item = Vec<Value>>,
    ) -> Result<Vec<u64>, StoreError> {
        let statement = self.prepare(what, sql)?;
        let mut changed = Vec::new();
        loop {
            let some: Vec<Vec<Value>> = all.take(TOGETHER).collect();
            if some.is_empty() {
                return Ok(changed);
            }
            changed.extend(self.carry_out(what, async |client: &Client| {
                let under_way = some
                    .iter()
                    .map(|values| client.execute_raw(&statement, values));
                try_join_all(under_way).await
            })?);
        }
    }

    /// Changes rows, as many in one statement as go together, and says how many each statement met.
    pub(super) fn update_all(
        &mut self,
        what: &'static str,
        update: &dyn Fn(usize) -> String,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<u64>, StoreError> {
        let mut groups = Vec::new();
        for (size, values) in grouped(rows) {
            groups.push((self.prepare(what, &update(size))?, values));
        }
        self.carry_out(what, async |client: &Client| {
            let under_way = groups
                .iter()
                .map(|(statement, values)| client.execute_raw(statement, values));
            try_join_all(under_way).await
        })
    }

    /// A change of which nobody asks how many rows it met. It is carried out with the next call, at
    /// the latest with the commit.
    pub(super) fn change_later(
        &mut self,
        what: &'static str,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<(), StoreError> {
        let statement = self.prepare(what, sql)?;
        self.leave(what, Asks::Statement(statement, values))
    }

    /// Inserts rows, as many in one statement as go together. They are carried out with the next call.
    pub(super) fn insert_later(
        &mut self,
        what: &'static str,
        insert: &dyn Fn(usize) -> String,
        rows: &mut dyn Iterator<Item = Vec<Value>>,
    ) -> Result<(), StoreError> {
        loop {
            let some: Vec<Vec<Value>> = rows.take(MOST_IN_ONE).collect();
            if some.is_empty() {
                return Ok(());
            }
            for (size, values) in grouped(some) {
                self.change_later(what, &insert(size), values)?;
            }
        }
    }

    /// Begins to write, with the next call.
    pub(super) fn begin_write(
        &mut self,
        what: &'static str,
        on_disk: OnDisk,
    ) -> Result<(), StoreError> {
        let begin = match on_disk {
            OnDisk::Now => BEGIN_WRITE,
            OnDisk::WithTheNext => BEGIN_SOON,
        };
        self.leave(what, Asks::Batch(begin))
    }

    /// What was left for later is not carried out any more.
    pub(super) fn roll_back(&mut self, what: &'static str) -> Result<(), StoreError> {
        self.later.clear();
        self.batch(what, "ROLLBACK")
    }

    pub(super) fn batch(&mut self, what: &'static str, sql: &str) -> Result<(), StoreError> {
        // PostgreSQL answers a COMMIT behind a failure by rolling back; the failure is the error.
        self.carry_out(what, async |client: &Client| {
            client.batch_execute(sql).await
        })
    }

    /// A failure, and whether the connection went with it: then nobody can tell whether what was
    /// being written is there.
    fn failed(&self, what: &'static str, source: tokio_postgres::Error) -> StoreError {
        let source = Box::new(source);
        if self.client.is_closed() {
            StoreError::Lost { what, source }
        } else {
            StoreError::Sql { what, source }
        }
    }
}

/// Rows in groups, each with the values of all its rows: planning, sending and answering a statement
/// costs more than most rows do. The sizes are powers of two, so there are few statements to prepare.
fn grouped(mut rows: Vec<Vec<Value>>) -> Vec<(usize, Vec<Value>)> {
    let mut groups = Vec::new();
    while !rows.is_empty() {
        let size = MOST_IN_ONE.min(1 << rows.len().ilog2());
        groups.push((size, rows.drain(..size).flatten().collect()));
    }
    groups
}

fn decode(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let mut values = Vec::with_capacity(row.len());
    for (column, of) in row.columns().iter().enumerate() {
        let value = match *of.type_() {
            Type::INT8 => row.try_get(column).map(Value::Number),
            Type::INT4 => row
                .try_get::<_, i32>(column)
                .map(|number| Value::Number(number.into())),
            _ => row.try_get(column).map(Value::Text),
        };
        values.push(value.map_err(|error| StoreError::Corrupt {
            what: "column",
            detail: error.to_string(),
        })?);
    }
    Ok(Row(values))
}

/// The system's certificates. Whether they are asked for is the address's `sslmode`.
fn tls() -> Result<MakeRustlsConnect, ConnectError> {
    let provider = rustls::crypto::ring::default_provider();
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
