//! Reads a snapshot into a [`World`].

use avert_events::snapshot::ActionColumn;
use avert_events::{ActionRow, Snapshot};
use avert_model::{Account, Layer, Verb};
use jiff::tz::TimeZone;

use super::interner::Interner;
use super::{NO_TIME, NOTHING, Profile, Row, Wording, World, tongue};
use crate::DetectError;
use crate::trace::phrase;

/// After so many wordings repetitions are thrown out, so that memory follows what is said, not how
/// often. 24 bytes each.
const WORDINGS_HELD: usize = 3_000_000;

/// A profession that fewer accounts claim than this counts as none.
pub(crate) const COMMON_PROFESSION: u32 = 30;

/// The most layers of their own that actions can name.
const MOST_LAYERS: usize = 4_096;

/// Reads everything detection needs from a snapshot. Cost: one pass over each table.
pub(crate) fn load(
    snapshot: &Snapshot,
    progress: &mut dyn FnMut(&str, u64, u64),
) -> Result<World, DetectError> {
    let manifest = snapshot.manifest();
    let mut loader = Loader::default();
    let room = usize::try_from(manifest.actions).unwrap_or(0);
    loader.world.rows.reserve(room.min(1 << 24));
    progress("reading accounts", 0, manifest.accounts);
    for account in snapshot.accounts().map_err(DetectError::Accounts)? {
        loader.account(&account.map_err(DetectError::Accounts)?)?;
    }
    let columns = [
        ActionColumn::Target,
        ActionColumn::Object,
        ActionColumn::Layer,
        ActionColumn::At,
        ActionColumn::Ip,
        ActionColumn::Device,
        ActionColumn::Text,
    ];
    let mut failed = None;
    snapshot
        .each_action(&columns, |number, row| {
            if number % 65_536 == 0 {
                progress("reading actions", number, manifest.actions);
            }
            if failed.is_none() {
                failed = loader.action(row).err();
            }
        })
        .map_err(DetectError::Actions)?;
    failed.map_or_else(|| Ok(loader.finish()), Err)
}

/// Builds a world row by row.
#[derive(Default)]
pub(crate) struct Loader {
    world: World,
    compact_at: usize,
    professions: Interner,
}

impl Loader {
    /// Takes the next account; ids come in ascending order.
    pub(crate) fn account(&mut self, account: &Account) -> Result<(), DetectError> {
        let number = number_account(&mut self.world, account.id.as_str())?;
        debug_assert_eq!(number as usize, self.world.profiles.len());
        let profile = profile_of(account, &mut self.professions);
        self.world.profiles.push(profile);
        Ok(())
    }

    /// Takes the next action.
    pub(crate) fn action(&mut self, row: &ActionRow<'_>) -> Result<(), DetectError> {
        let world = &mut self.world;
        let Some(account) = world
            .ids
            .find(row.account)
            .filter(|number| world.is_listed(*number))
        else {
            world.unlisted += 1;
            return Ok(());
        };
        let at = row.at.unwrap_or(NO_TIME);
        if at == NO_TIME {
            world.untimed += 1;
        }
        world.until = world.until.max(at);
        world.see_since(at);
        let target = match row.target {
            Some(id) => number_account(world, id)?,
            None => NOTHING,
        };
        let layer = row.layer.map_or(u16::MAX, |name| number_layer(world, name));
        let object = match row.object {
            Some(object) if leaves_trace(row.verb) || layer != u16::MAX => {
                number_object(world, object)?
            }
            _ => NOTHING,
        };
        let ip = row.ip.map_or(Ok(NOTHING), |ip| number_object(world, ip))?;
        let device = row
            .device
            .map_or(Ok(NOTHING), |device| number_object(world, device))?;
        world.rows.push(Row {
            at,
            account,
            target,
            object,
            ip,
            device,
            layer,
            verb: row.verb,
            tongue: row.text.and_then(tongue::of),
        });
        if let Some(text) = row.text {
            self.words(account, at, text);
        }
        Ok(())
    }

    fn words(&mut self, account: u32, at: i64, text: &str) {
        let wordings = &mut self.world.wordings;
        wordings.extend(phrase::shingles(text).into_iter().map(|shingle| Wording {
            shingle,
            account,
            at,
        }));
        if wordings.len() >= self.compact_at.max(WORDINGS_HELD) {
            compact(wordings);
            self.compact_at = wordings.len() * 2;
        }
    }

    /// Profiles may claim anything; only what many claim is a profession people look for.
    fn merge_rare_professions(&mut self) {
        let mut claimed = vec![0_u32; self.professions.len() + 1];
        for profile in &self.world.profiles {
            claimed[profile.profession as usize] += 1;
        }
        for profile in &mut self.world.profiles {
            if claimed[profile.profession as usize] < COMMON_PROFESSION {
                profile.profession = 0;
            }
        }
    }

    /// The world as read so far.
    pub(crate) fn finish(mut self) -> World {
        compact(&mut self.world.wordings);
        keep_shared(&mut self.world.wordings);
        self.merge_rare_professions();
        let world = &mut self.world;
        // Stable: actions of one moment keep the order in which they were recorded.
        world.rows.sort_by_key(|row| (row.account, row.at));
        let mut end = 0;
        world.row_ends = (0..world.accounts())
            .map(|account| {
                end += world.rows[end..]
                    .iter()
                    .take_while(|row| row.account as usize == account)
                    .count();
                end
            })
            .collect();
        self.world.wordings.shrink_to_fit();
        self.world
    }
}

/// What an account's row says; professions are numbered from 1 as they come.
pub(crate) fn profile_of(account: &Account, professions: &mut Interner) -> Profile {
    Profile {
        created_at: account
            .created_at
            .map(avert_model::Timestamp::as_microsecond),
        email: account
            .email
            .as_ref()
            .map(|email| email.expose().to_owned()),
        avatar: account.avatar.clone(),
        verified: account.verified == Some(true),
        profession: match &account.profession {
            Some(claimed) => {
                let number = professions.number(claimed.trim());
                number.map_or(0, |number| number.saturating_add(1))
            }
            None => 0,
        },
        // A name that no zone has says nothing.
        zone: account
            .time_zone
            .as_deref()
            .and_then(|name| TimeZone::get(name).ok()),
    }
}

/// Whether a row of this verb says that its account chose the object.
///
/// Following a link or opening a file does not: that is what the link was sent for.
pub(crate) fn leaves_trace(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::ShareLink | Verb::ShareFile | Verb::Post | Verb::Act | Verb::Transfer
    )
}

fn compact(wordings: &mut Vec<Wording>) {
    wordings.sort_unstable();
    wordings.dedup_by_key(|wording| (wording.shingle, wording.account));
}

/// What only one account ever wrote ties nobody.
fn keep_shared(wordings: &mut Vec<Wording>) {
    let mut kept = 0;
    let mut start = 0;
    while start < wordings.len() {
        let shingle = wordings[start].shingle;
        let length = wordings[start..]
            .iter()
            .take_while(|wording| wording.shingle == shingle)
            .count();
        if length > 1 {
            wordings.copy_within(start..start + length, kept);
            kept += length;
        }
        start += length;
    }
    wordings.truncate(kept);
}

fn number_account(world: &mut World, id: &str) -> Result<u32, DetectError> {
    world.ids.number(id).ok_or(DetectError::TooMany("accounts"))
}

fn number_object(world: &mut World, object: &str) -> Result<u32, DetectError> {
    world
        .objects
        .number(object)
        .ok_or(DetectError::TooMany("objects"))
}

pub(crate) fn number_layer(world: &mut World, name: &str) -> u16 {
    if let Some(known) = world.layers.iter().position(|layer| layer.as_str() == name) {
        return u16::try_from(known).unwrap_or(u16::MAX);
    }
    match name.parse::<Layer>() {
        Ok(layer) if world.layers.len() < MOST_LAYERS => {
            world.layers.push(layer);
            u16::try_from(world.layers.len() - 1).unwrap_or(u16::MAX)
        }
        _ => u16::MAX,
    }
}
