//! Who was where: people who meet at a conference, in an office or at home are no strangers.

use crate::input::{DAY, Micros, NO_TIME, NOTHING, Row, World};

/// Addresses that more accounts use than this are carriers' and say nothing about meeting.
pub(crate) const MOST_IN_ONE_PLACE: u32 = 400;

/// How long before and after an approach the two may have been in one place.
pub(crate) const AROUND: i64 = DAY / 2;

/// Which addresses are places where people can meet.
pub(super) struct Places {
    /// How many accounts used each address, by the number of the object.
    used_by: Vec<u32>,
}

impl Places {
    pub(super) fn new(world: &World) -> Self {
        let mut used: Vec<(u32, u32)> = Vec::new();
        for account in 0..world.accounts() {
            let Ok(account) = u32::try_from(account) else {
                break;
            };
            let from = used.len();
            used.extend(
                world
                    .rows_of(account)
                    .iter()
                    .filter(|row| row.ip != NOTHING)
                    .map(|row| (row.ip, account)),
            );
            used[from..].sort_unstable();
            let mut kept = from;
            for index in from..used.len() {
                if index == from || used[index] != used[kept - 1] {
                    used[kept] = used[index];
                    kept += 1;
                }
            }
            used.truncate(kept);
        }
        let mut used_by = vec![0_u32; world.objects.len()];
        for (ip, _) in used {
            used_by[ip as usize] += 1;
        }
        Self { used_by }
    }

    /// Whether two accounts were in one place around a moment.
    pub(super) fn met(&self, world: &World, a: u32, b: u32, at: Micros) -> bool {
        if !world.is_listed(a) || !world.is_listed(b) {
            return false;
        }
        let used_by = |ip: u32| self.used_by[ip as usize];
        met(world.rows_of(a), world.rows_of(b), at, used_by)
    }
}

/// Whether those who did this were in one place around a moment; `used_by` says how many accounts
/// used an address.
pub(crate) fn met(ours: &[Row], theirs: &[Row], at: Micros, used_by: impl Fn(u32) -> u32) -> bool {
    if at == NO_TIME {
        return false;
    }
    let theirs = around(theirs, at);
    around(ours, at)
        .iter()
        .filter(|row| row.ip != NOTHING)
        .filter(|row| used_by(row.ip) <= MOST_IN_ONE_PLACE)
        .any(|row| theirs.iter().any(|their| their.ip == row.ip))
}

fn around(rows: &[Row], at: Micros) -> &[Row] {
    let from = rows.partition_point(|row| row.at < at.saturating_sub(AROUND));
    let to = rows.partition_point(|row| row.at <= at.saturating_add(AROUND));
    &rows[from..to]
}
