//! When accounts act, against where they say they live.
//!
//! It supports what is known otherwise and weighs nothing: people travel, work nights, and run schedulers.

use std::collections::BTreeSet;

use avert_model::Timestamp;

use crate::input::{NO_TIME, World};

/// Local hours at which few people do anything: from 23:00 to 07:00.
const NIGHT: [usize; 8] = [23, 0, 1, 2, 3, 4, 5, 6];

/// So many accounts are looked at to know what is usual.
const SAMPLE: usize = 2_000;

/// Fewer actions say nothing about hours.
const LEAST_ACTIONS: u64 = 50;

/// From so large a share of the night on it is worth mentioning ...
const LEAST_SHARE: f64 = 0.2;

/// ... if it is so many times what is usual.
const TIMES_USUAL: f64 = 2.5;

/// Accounts act while people sleep where they claim to live.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UnlikelyHours {
    /// Those who claim a time zone, sorted.
    pub(crate) accounts: Vec<u32>,
    /// What they claim.
    pub(crate) zones: Vec<String>,
    /// The share of what they do that is done at night there.
    pub(crate) share: f64,
    /// The same for others who claim a time zone.
    pub(crate) usual: f64,
    /// The distance from UTC, in whole hours, at which least of it is done at night.
    pub(crate) fits: i8,
    /// The share that is, there.
    pub(crate) share_where_it_fits: f64,
}

/// The share of what accounts of this platform do at night where they claim to live; `None` if too few
/// claim to live anywhere.
pub(crate) fn usual_night(world: &World) -> Option<f64> {
    let step = world.accounts().div_ceil(SAMPLE).max(1);
    let mut local = [0; 24];
    for account in (0..world.accounts()).step_by(step) {
        count_local(world, u32::try_from(account).ok()?, &mut local);
    }
    (local.iter().sum::<u64>() >= LEAST_ACTIONS).then(|| night_share(&local, 0))
}

/// What is unlikely about the hours of these accounts, if anything is.
pub(crate) fn unlikely_hours(world: &World, accounts: &[u32], usual: f64) -> Option<UnlikelyHours> {
    let (mut local, mut utc) = ([0; 24], [0; 24]);
    let mut zones = BTreeSet::new();
    let mut claiming = Vec::new();
    for account in accounts {
        let zone = world.profiles[*account as usize].zone.as_ref();
        let Some(name) = zone.and_then(|zone| zone.iana_name()) else {
            continue;
        };
        zones.insert(name.to_owned());
        claiming.push(*account);
        count_local(world, *account, &mut local);
        for row in world
            .rows_of(*account)
            .iter()
            .filter(|row| row.at != NO_TIME)
        {
            utc[hour(row.at, 0)] += 1;
        }
    }
    claiming.sort_unstable();
    let share = night_share(&local, 0);
    if local.iter().sum::<u64>() < LEAST_ACTIONS
        || share < LEAST_SHARE
        || share < TIMES_USUAL * usual
    {
        return None;
    }
    let (fits, share_where_it_fits) = (-12..=14)
        .map(|offset: i8| (offset, night_share(&utc, offset)))
        .reduce(|best, next| if next.1 < best.1 { next } else { best })?;
    Some(UnlikelyHours {
        accounts: claiming,
        zones: zones.into_iter().collect(),
        share,
        usual,
        fits,
        share_where_it_fits,
    })
}

/// Counts what an account does by the hour where it claims to live.
fn count_local(world: &World, account: u32, hours: &mut [u64; 24]) {
    let Some(zone) = &world.profiles[account as usize].zone else {
        return;
    };
    for row in world
        .rows_of(account)
        .iter()
        .filter(|row| row.at != NO_TIME)
    {
        if let Ok(at) = Timestamp::from_microsecond(row.at) {
            hours[hour(row.at, zone.to_offset(at).seconds())] += 1;
        }
    }
}

/// The hour of the day, so many seconds from UTC.
fn hour(at: i64, offset: i32) -> usize {
    let seconds = at.div_euclid(1_000_000) + i64::from(offset);
    usize::try_from(seconds.rem_euclid(86_400) / 3_600).unwrap_or(0)
}

/// The share of the night, so many hours east of where these are counted.
fn night_share(hours: &[u64; 24], offset: i8) -> f64 {
    let shift = usize::try_from(i32::from(offset).rem_euclid(24)).unwrap_or(0);
    let at_night: u64 = NIGHT
        .iter()
        .map(|hour| hours[(hour + 24 - shift) % 24])
        .sum();
    at_night as f64 / hours.iter().sum::<u64>().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_moved_before_the_night_is_counted() {
        let mut utc = [0; 24];
        // Office hours nine hours east of UTC.
        for hour in [0, 1, 2, 3, 5, 6, 7, 8] {
            utc[hour] = 10;
        }
        assert!((night_share(&utc, 0) - 0.75).abs() < 1e-12);
        assert!(night_share(&utc, 9).abs() < 1e-12);
        // Eight hours west, 7 and 8 UTC are 23 and 0.
        assert!((night_share(&utc, -8) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn a_moment_before_1970_has_an_hour_too() {
        assert_eq!(hour(-1, 0), 23);
        assert_eq!(hour(0, 9 * 3_600), 9);
        assert_eq!(hour(0, -3_600), 23);
    }
}
