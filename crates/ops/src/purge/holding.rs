//! Rows of a case that hold what can go.

use std::borrow::Cow;

use avert_model::CaseId;

use crate::store::{Connection, StoreError, Transaction, Value, values};

/// Cases as a list in SQL. They are numbers, so nothing can be meant otherwise.
pub(super) fn listed(cases: &[CaseId]) -> String {
    let numbers = std::iter::once(0).chain(cases.iter().map(|case| case.number()));
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    format!("({})", numbers.join(", "))
}

/// Rows of one kind that hold what can go.
pub(super) struct Holding {
    table: &'static str,
    /// Which rows of the case, `?1`, still hold it.
    which: Cow<'static, str>,
}

/// Contents of exhibits that no plan of a case rests on which still needs them.
pub(super) fn exhibits(needed: &[CaseId]) -> Holding {
    let which = format!(
        "purged_at = '' AND hash IN (SELECT pe.hash FROM plan_exhibits pe \
         JOIN plans p ON p.id = pe.plan_id WHERE p.case_id = ?1) \
         AND hash NOT IN (SELECT pe.hash FROM plan_exhibits pe \
         JOIN plans p ON p.id = pe.plan_id WHERE p.case_id IN {})",
        listed(needed)
    );
    Holding {
        table: "exhibits",
        which: Cow::Owned(which),
    }
}
pub(super) const ADDRESSES: Holding = Holding {
    table: "notices",
    which: Cow::Borrowed(
        "email <> '' AND list_id IN (SELECT id FROM notice_lists WHERE case_id = ?1)",
    ),
};
pub(super) const APPEALS: Holding = Holding {
    table: "appeals",
    which: Cow::Borrowed(
        "(body <> '' OR reason <> '') AND plan_id IN (SELECT id FROM plans WHERE case_id = ?1)",
    ),
};
pub(super) const NOTES: Holding = Holding {
    table: "case_notes",
    which: Cow::Borrowed("body <> '' AND case_id = ?1"),
};

/// What was written for the report: whoever published it has it.
pub(super) const REPORT: Holding = Holding {
    table: "report_words",
    which: Cow::Borrowed("(title <> '' OR body <> '') AND case_id = ?1"),
};

/// What people linked the case to.
pub(super) const LINKS: Holding = Holding {
    table: "case_links",
    which: Cow::Borrowed("case_id = ?1"),
};

/// What servers said of whom no notice reached, and what people said of those in doubt. A channel's receipt is
/// nobody's words and stays.
pub(super) const NOTICE_WORDS: Holding = Holding {
    table: "notices",
    which: Cow::Borrowed(
        "note <> '' AND (phase <> '\"sent\"' OR note LIKE 'resolved by %') \
         AND list_id IN (SELECT id FROM notice_lists WHERE case_id = ?1)",
    ),
};
/// What the platform said of accounts that failed.
pub(super) const STEP_WORDS: Holding = Holding {
    table: "plan_steps",
    which: Cow::Borrowed(
        "note <> '' AND phase IN ('\"failed\"', '\"stuck\"') \
         AND plan_id IN (SELECT id FROM plans WHERE case_id = ?1)",
    ),
};
/// Who said that an outcome arrived.
pub(super) const HEARSAY: Holding = Holding {
    table: "appeals",
    which: Cow::Borrowed(
        "receipt LIKE 'said by %' AND plan_id IN (SELECT id FROM plans WHERE case_id = ?1)",
    ),
};

impl Holding {
    pub(super) fn count(&self, connection: &Connection, case: CaseId) -> Result<u64, StoreError> {
        let sql = format!("SELECT COUNT(*) FROM {} WHERE {}", self.table, self.which);
        let found = connection.row("count what would go", &sql, &values![case.number()])?;
        found.map_or(Ok(0), |row| row.count(0))
    }

    /// Takes those rows away.
    pub(super) fn remove(
        &self,
        transaction: &Transaction<'_>,
        case: CaseId,
    ) -> Result<(), StoreError> {
        let sql = format!("DELETE FROM {} WHERE {}", self.table, self.which);
        transaction
            .execute("purge a case", &sql, &values![case.number()])
            .map(drop)
    }

    /// Sets columns of those rows; `values` are the case and what `columns` needs besides.
    pub(super) fn forget(
        &self,
        transaction: &Transaction<'_>,
        columns: &str,
        values: &[Value],
    ) -> Result<(), StoreError> {
        let sql = format!("UPDATE {} SET {columns} WHERE {}", self.table, self.which);
        transaction.execute("purge a case", &sql, values).map(drop)
    }
}
