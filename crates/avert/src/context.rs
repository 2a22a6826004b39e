//! What a command works with, once the command line has been resolved: the data folder, the
//! configuration, who acts, and the parts wired together.

use std::path::{Path, PathBuf};

use avert_model::{Clock as _, SnapshotId, Timestamp};
use avert_ops::people::{Actor, People, Person};
use avert_ops::ports::{Channel, Platform, Source};
use avert_ops::store::Store;

use crate::args::Global;
use crate::clock::SystemClock;
use crate::config::{ChannelSettings, Config, PlatformSettings};
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;

/// A resolved data folder and everything that hangs on it.
pub(crate) struct Context<'a> {
    pub(crate) printer: &'a Printer,
    pub(crate) data: PathBuf,
    pub(crate) config_path: PathBuf,
    pub(crate) config: Config,
    actor: Option<String>,
}
