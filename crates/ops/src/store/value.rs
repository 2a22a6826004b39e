//! What goes into a statement and comes out of a row: numbers and text, and nothing else.

use super::StoreError;

/// A value as both databases hold it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Number(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Number(i64::try_from(value).expect("ids and counts stay far below 2^63"))
    }
}

impl From<String> for Value {
    /// PostgreSQL holds no NUL in text; neither does the store anywhere, so that both hold the same.
    fn from(text: String) -> Self {
        if text.contains('\0') {
            Self::Text(text.replace('\0', "\u{fffd}"))
        } else {
            Self::Text(text)
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

/// The values of a statement, in the order of its `?1`, `?2` ….
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        [$($crate::store::Value::from($value)),*]
    };
}
pub(crate) use values;

/// A row of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row(pub(super) Vec<Value>);

impl Row {
    /// A column as it is.
    pub(crate) fn value(&self, column: usize) -> Result<Value, StoreError> {
        let found = self.0.get(column).cloned();
        found.ok_or_else(|| unexpected(column, "a value", None))
    }

    /// A column that holds text.
    pub(crate) fn text(&self, column: usize) -> Result<String, StoreError> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(text.clone()),
            other => Err(unexpected(column, "text", other)),
        }
    }

    /// The same, taken out of the row, which has no text there afterwards.
    pub(crate) fn take(&mut self, column: usize) -> Result<String, StoreError> {
        match self.0.get_mut(column) {
            Some(Value::Text(text)) => Ok(std::mem::take(text)),
            other => Err(unexpected(column, "text", other.as_deref())),
        }
    }

    /// A column that holds a number.
    pub(crate) fn number(&self, column: usize) -> Result<i64, StoreError> {
        match self.0.get(column) {
            Some(Value::Number(number)) => Ok(*number),
            other => Err(unexpected(column, "a number", other)),
        }
    }

    /// A column that holds a count or an id.
    pub(crate) fn count(&self, column: usize) -> Result<u64, StoreError> {
        let value = self.number(column)?;
        u64::try_from(value).map_err(|_| StoreError::Corrupt {
            what: "number",
            detail: format!("{value} is below nought"),
        })
    }
}

/// The value itself may be somebody's: it is not told.
fn unexpected(column: usize, wanted: &str, found: Option<&Value>) -> StoreError {
    let found = match found {
        None => "nothing",
        Some(Value::Number(_)) => "a number",
        Some(Value::Text(_)) => "text",
    };
    StoreError::Corrupt {
        what: "column",
        detail: format!("column {column} should be {wanted} and is {found}"),
    }
}
