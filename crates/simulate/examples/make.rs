//! Makes a platform: `make ACCOUNTS SEED OUT [mixed|none|light|medium|heavy]`.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use avert_simulate::{Scenario, simulate};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [accounts, seed, out, rest @ ..] = words.as_slice() else {
        return Err("usage: make ACCOUNTS SEED OUT [CAMOUFLAGE]".into());
    };
    let mut scenario = Scenario::new(accounts.parse()?, seed.parse()?);
    if let Some(camouflage) = rest.first() {
        scenario.camouflage = camouflage.parse()?;
    }
    let summary = simulate(&scenario, Path::new(out), &mut |_, _| ())?;
    let mut stdout = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, &summary)?;
    writeln!(stdout)?;
    Ok(())
}
