//! The Python that the live tests' servers run on: a folder of pinned packages outside the clone.
//!
//! Installed once for each list of packages and each Python, then shared by every clone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::talk::say;
use crate::workspace;

const OLDEST: &str = "3.11";

/// Says which Python this is and names a cache after it and the list of packages.
const WHO_ARE_YOU: &str = "
import hashlib, pathlib, platform, sys
digest = hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest()[:16]
print('ok' if sys.version_info >= (3, 11) else 'old', platform.python_version(), platform.machine(), digest)
";

/// The interpreter of a virtual environment that has what `xtask/live/requirements.txt` names.
pub(crate) fn with_packages() -> Result<PathBuf> {
    with_packages_of(&script("requirements.txt"))
}

/// The interpreter of a virtual environment that has what this list names.
pub(crate) fn with_packages_of(requirements: &Path) -> Result<PathBuf> {
    let key = key_of(requirements)?;
    let cache = cache()?;
    let home = cache.join(format!("python-{key}"));
    let interpreter = Path::new("bin").join("python");
    if home.join(&interpreter).exists() {
        return Ok(home.join(interpreter));
    }
    say(&format!(
        "   installing Python packages into {} (once)",
        home.display()
    ));
    fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    // Built under another name and renamed when whole: a run that is killed leaves no half of it.
    let half = tempfile::Builder::new()
        .prefix("half-")
        .tempdir_in(&cache)
        .with_context(|| format!("cannot write to {}", cache.display()))?;
    install(half.path(), requirements)?;
    let half = half.keep();
    if let Err(error) = fs::rename(&half, &home) {
        // Another run may have finished first, and its environment is as good.
        let _ = fs::remove_dir_all(&half);
        if !home.join(&interpreter).exists() {
            return Err(error).with_context(|| format!("cannot make {}", home.display()));
        }
    }
    Ok(home.join(interpreter))
}

/// A file of `xtask/live`.
pub(crate) fn script(name: &str) -> PathBuf {
    workspace::root().join("xtask").join("live").join(name)
}

fn key_of(requirements: &Path) -> Result<String> {
    let output = python()
        .args(["-c", WHO_ARE_YOU])
        .arg(requirements)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| {
            format!("python3 cannot be started: install Python {OLDEST} or newer with pip")
        })?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        ["ok", version, machine, digest] => Ok(format!("{version}-{machine}-{digest}")),
        ["old", version, ..] => {
            bail!(
                "python3 is {version}, and the live tests need {OLDEST} or newer: install one that comes first in PATH"
            )
        }
        _ => bail!("python3 does not run a simple script"),
    }
}

/// `$AVERT_CACHE`, or the user's cache folder.
pub(crate) fn cache() -> Result<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    folder("AVERT_CACHE")
        .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("avert-dev")))
        .or_else(|| folder("HOME").map(|home| home.join(".cache").join("avert-dev")))
        .context("there is no place for a cache: set AVERT_CACHE to a folder")
}

/// Fills a folder with an environment. Needs only Python and pip: Debian divides `ensurepip` from
/// Python, so the pip that is there installs into an environment that has none of its own.
fn install(folder: &Path, requirements: &Path) -> Result<()> {
    let has_pip = python()
        .args(["-m", "pip", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let mut venv = python();
    venv.args(["-m", "venv"])
        .args(has_pip.then_some("--without-pip"))
        .arg(folder);
    let made = workspace::run(venv.stdout(Stdio::null()).stderr(Stdio::null()));
    if made.is_err() {
        bail!(
            "python3 cannot make a virtual environment: install pip and venv \
             (on Debian and Ubuntu: apt-get install python3-pip python3-venv)"
        );
    }
    let interpreter = folder.join("bin").join("python");
    let mut pip = if has_pip {
        python()
    } else {
        Command::new(&interpreter)
    };
    pip.args(["-m", "pip"]);
    if has_pip {
        pip.arg("--python").arg(&interpreter);
    }
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-input"])
        // What has to be compiled here would need compilers that nobody asked the user for.
        .args(["--only-binary", ":all:", "--requirement"])
        .arg(requirements);
    workspace::run(&mut pip).context(
        "the test servers' packages cannot be installed: pip says why above; it needs the network this once",
    )
}

fn python() -> Command {
    Command::new("python3")
}
