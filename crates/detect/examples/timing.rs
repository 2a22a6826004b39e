//! Finds networks by timing in a table of who touched what and when.
//!
//! ```text
//! timing FILE LAYER=GROUP...   # a group that ends in ! is one the second stage does not look at
//! timing posts.csv url=0 domain=0! hashtag=1 phash=2
//! ```
//!
//! The table is CSV with the columns account, layer, object and seconds (UTC). A network is a line of
//! JSON; what it took is the last line.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use avert_detect::Trace;
use avert_detect::timing::{TimedLayer, TimedNetwork, Timing, networks};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("name a file and its layers")?;
    let plans: Vec<(String, usize, bool)> = arguments
        .map(|plan| {
            let (name, group) = plan.split_once('=').ok_or("a layer is LAYER=GROUP")?;
            let number = group.trim_end_matches('!');
            Ok((name.to_owned(), number.parse()?, number == group))
        })
        .collect::<Result<_, Box<dyn Error>>>()?;
    let mut traces: Vec<Vec<Trace>> = vec![Vec::new(); plans.len()];
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut names = Vec::new();
    for row in csv::Reader::from_path(file)?.deserialize() {
        let (account, layer, object, seconds): (String, String, u32, Option<i64>) = row?;
        let Some(place) = plans.iter().position(|(name, _, _)| *name == layer) else {
            continue;
        };
        let next = u32::try_from(numbers.len())?;
        let account = *numbers.entry(account).or_insert_with_key(|name| {
            names.push(name.clone());
            next
        });
        let at = seconds.map(|seconds| seconds.saturating_mul(1_000_000));
        traces[place].push(Trace::new(u16::try_from(place)?, object, account, at));
    }
    let layers: Vec<TimedLayer<'_>> = plans
        .iter()
        .zip(&traces)
        .map(|((_, group, in_stage_two), traces)| TimedLayer {
            group: *group,
            in_stage_two: *in_stage_two,
            traces,
        })
        .collect();
    let begun = Instant::now();
    let found = networks(&layers, &Timing::default());
    let took = begun.elapsed().as_secs_f64();
    let mut out = std::io::stdout().lock();
    for network in &found.networks {
        writeln!(out, "{}", told(network, &names))?;
    }
    let summary = json!({ "seconds": took, "statistics": found.statistics });
    Ok(writeln!(out, "{summary}")?)
}

fn told(network: &TimedNetwork, names: &[String]) -> serde_json::Value {
    let name = |account: u32| &names[account as usize];
    let members = network.members.iter().map(|member| {
        let evidence = member.evidence.iter();
        let nats: HashMap<String, f64> = evidence
            .map(|evidence| (evidence.group.to_string(), evidence.nats))
            .collect();
        json!({ "account": name(member.account), "p": member.p, "nats": nats })
    });
    let edges = network.edges.iter().map(
        |edge| json!({ "a": name(edge.a), "b": name(edge.b), "group": edge.group, "p": edge.p }),
    );
    json!({
        "p": network.p,
        "members": members.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    })
}
