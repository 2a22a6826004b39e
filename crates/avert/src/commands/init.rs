//! `avert init DIR`: a data folder and a commented avert.toml.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::Answer;
use crate::config::TEMPLATE;
use crate::failure::{CommandError, Failure};
use crate::printer::Printer;

#[derive(Serialize)]
struct Made<'a> {
    data: &'a Path,
    config: &'a Path,
}

pub(super) fn run(dir: &Path, printer: &Printer) -> Result<Answer, Failure> {
    let config = dir.join("avert.toml");
    make(dir, &config)?;
    printer.result(
        &Made {
            data: dir,
            config: &config,
        },
        |made| {
            format!(
                "made {}\nmade {}\n\nnext: edit {1}, then `avert --data {0} ingest MAPPING.toml`\n",
                made.data.display(),
                made.config.display(),
            )
        },
    )?;
    Ok(Answer::Done)
}

/// Makes the folder, readable by its owner alone: it will hold other people's data.
fn make(dir: &Path, config: &Path) -> Result<(), CommandError> {
    let occupied = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        return Err(CommandError::NotEmpty(dir.to_owned()));
    }
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| CommandError::File { what, path, source }
    };
    fs::create_dir_all(dir).map_err(failed("make", dir))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
            .map_err(failed("protect", dir))?;
    }
    fs::write(config, TEMPLATE).map_err(failed("write", config))
}
