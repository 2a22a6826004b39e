//! A PostgreSQL of its own: Debian's package, a cluster in a temporary folder, gone when dropped.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http_server::hold;

/// A running server.
pub(crate) struct Postgres {
    folder: tempfile::TempDir,
    tools: PathBuf,
    port: u16,
    durable: bool,
}

impl Postgres {
    /// Starts one, installing Debian's package first if there is none. One that need not survive a
    /// power cut is faster; one whose durability is measured must.
    pub(crate) fn start(durable: bool) -> Result<Self> {
        let tools = tools()?;
        let folder = tempfile::Builder::new()
            .prefix("avert-postgres-")
            .tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self {
            folder,
            tools,
            port,
            durable,
        };
        if is_root()? {
            // It refuses to run as root; the package made a user for it.
            run(Command::new("chown")
                .arg("postgres")
                .arg(server.folder.path()))?;
        }
        run(server
            .tool("initdb")
            .args(["--auth=trust", "--username=avert", "--no-sync", "-D"])
            .arg(server.data()))?;
        server.up()?;
        run(server
            .tool("createdb")
            .args(["-h", "127.0.0.1", "-U", "avert", "-p"])
            .arg(port.to_string())
            .arg("avert"))?;
        Ok(server)
    }

    /// The address for `database = "…"`.
    pub(crate) fn url(&self) -> String {
        format!("postgres://avert@127.0.0.1:{}/avert", self.port)
    }

    /// Runs statements, and stops at the first that fails.
    pub(crate) fn sql(&self, statements: &str) -> Result<()> {
        let mut psql = self
            .tool("psql")
            .args([
                "-q",
                "-X",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                "127.0.0.1",
                "-U",
                "avert",
                "-d",
                "avert",
                "-p",
            ])
            .arg(self.port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("psql cannot be started")?;
        let mut input = psql.stdin.take().context("its input is ours")?;
        input.write_all(statements.as_bytes())?;
        drop(input);
        if !psql.wait()?.success() {
            bail!("PostgreSQL did not take the statements");
        }
        Ok(())
    }

    /// Starts the server on its data, waiting until it takes connections.
    pub(crate) fn up(&self) -> Result<()> {
        let fsync = if self.durable { "on" } else { "off" };
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c fsync={fsync} -c max_connections=200",
            self.port,
            self.folder.path().display()
        );
        run(self
            .tool("pg_ctl")
            .args(["-w", "-t", "60", "-D"])
            .arg(self.data())
            .args(["-o", &options, "-l"])
            .arg(self.folder.path().join("log"))
            .arg("start"))
    }

    /// Kills every process of it with SIGKILL, as a power cut of its machine would.
    pub(crate) fn kill(&self) -> Result<()> {
        let path = self.data().join("postmaster.pid");
        let text = fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
        let postmaster = text.lines().next().unwrap_or_default().trim().to_owned();
        // Stopped first, so that it cannot tidy up when its children go.
        run(Command::new("kill").args(["-STOP", &postmaster]))?;
        let children = Command::new("pgrep").args(["-P", &postmaster]).output()?;
        run(Command::new("pkill").args(["-KILL", "-P", &postmaster]))?;
        run(Command::new("kill").args(["-KILL", &postmaster]))?;
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        for process in children.lines().chain([postmaster.as_str()]) {
            wait_until_dead(process)?;
        }
        // Its number stands in the list of processes until somebody asks what became of it, which can take
        // seconds, and for so long a new server would take these for a living one's.
        let lock = format!(".s.PGSQL.{}.lock", self.port);
        for path in [path, self.folder.path().join(lock)] {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn tool(&self, name: &str) -> Command {
        let path = self.tools.join(name);
        if is_root().unwrap_or(false) {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            // A folder that it may not enter would be told on every call.
            command.current_dir("/");
            command
        } else {
            Command::new(path)
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = run(self
            .tool("pg_ctl")
            .args(["-m", "immediate", "-D"])
            .arg(self.data())
            .arg("stop"));
    }
}

/// A signal is not a death: while anything of the old server works, a new one must not begin.
fn wait_until_dead(process: &str) -> Result<()> {
    let begun = Instant::now();
    while !is_dead(process) {
        if begun.elapsed() > Duration::from_mins(1) {
            bail!("process {process} was killed and is still there after a minute");
        }
        hold(Duration::from_millis(2));
    }
    Ok(())
}

/// Gone, or only waiting for somebody to ask what became of it.
fn is_dead(process: &str) -> bool {
    let path = Path::new("/proc").join(process).join("stat");
    let Ok(stat) = fs::read_to_string(path) else {
        return true;
    };
    // The name in parentheses may hold anything; the state follows the last of them.
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'))
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output()?;
    Ok(output.stdout.trim_ascii() == b"0")
}

/// Where `initdb` is; Debian keeps it out of the path.
pub(crate) fn tools() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    crate::debian::install("postgresql", "the store is tested on a real one")?;
    find().context("the package postgresql brought no initdb under /usr/lib/postgresql")
}

fn find() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut tools: Vec<PathBuf> = versions
        .filter_map(Result::ok)
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    tools.sort();
    tools.pop()
}

fn run(command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    bail!(
        "{} failed: {}",
        command.get_program().display(),
        String::from_utf8_lossy(&output.stderr).trim()
    )
}
