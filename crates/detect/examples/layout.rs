//! Lays out a graph, and judges layouts: for `cargo xtask bench layout`.
//!
//! ```text
//! layout make NODES EDGES MIXING SEED FILE OF   # FILE: pairs of little-endian 32-bit numbers; OF: communities
//! layout place NODES FILE OUT                   # OUT: x and y of each node, as little-endian f32
//! layout judge NODES FILE OF PLACES             # how well anybody's places show the graph
//! ```

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::time::Instant;

use avert_detect::graph::layout::{LayoutSettings, backbone, fidelity, layout, prominence};
use avert_detect::graph::{Edge, Graph, planted};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match words.as_slice() {
        ["make", nodes, edges, mixing, seed, file, of] => {
            let planted = planted(
                nodes.parse()?,
                edges.parse()?,
                mixing.parse()?,
                seed.parse()?,
            );
            let ends = planted.edges.iter().flat_map(|edge| [edge.a, edge.b]);
            fs::write(file, ends.flat_map(u32::to_le_bytes).collect::<Vec<u8>>())?;
            let communities = planted.of.iter().copied().flat_map(u32::to_le_bytes);
            fs::write(of, communities.collect::<Vec<u8>>())?;
            format!(r#"{{"edges":{}}}"#, planted.edges.len())
        }
        ["place", nodes, file, out] => {
            let graph = read(nodes.parse()?, file)?;
            let (begun, before) = (Instant::now(), processor_seconds()?);
            let drawn = layout(&graph, &LayoutSettings::default());
            let seconds = begun.elapsed().as_secs_f64();
            let processor = processor_seconds()? - before;
            let begun = Instant::now();
            let first = prominence(&graph).first().copied().unwrap_or(0);
            let prominence = begun.elapsed().as_secs_f64();
            let begun = Instant::now();
            let bones = backbone(&graph, &drawn.communities.of, 5_000).len();
            let backbone = begun.elapsed().as_secs_f64();
            let bytes = drawn
                .at
                .iter()
                .flatten()
                .copied()
                .flat_map(f32::to_le_bytes);
            fs::write(out, bytes.collect::<Vec<u8>>())?;
            format!(
                r#"{{"seconds":{seconds},"processor_seconds":{processor},"communities":{},"prominence_seconds":{prominence},"first":{first},"backbone_seconds":{backbone},"bones":{bones}}}"#,
                drawn.communities.count
            )
        }
        ["judge", nodes, file, of, places] => {
            let graph = read(nodes.parse()?, file)?;
            let values: Vec<f32> = numbers(places)?.into_iter().map(f32::from_bits).collect();
            let at: Vec<[f32; 2]> = values.chunks_exact(2).map(|at| [at[0], at[1]]).collect();
            let found = fidelity(&graph, &at, &numbers(of)?);
            format!(
                r#"{{"edge_length":{},"neighbourhood":{},"purity":{}}}"#,
                found.edge_length, found.neighbourhood, found.purity
            )
        }
        _ => return Err("make, place or judge: see the top of the source".into()),
    };
    Ok(writeln!(std::io::stdout(), "{answer}")?)
}

/// How long processors have worked on this, whatever else they had to do: Linux counts it in hundredths of a second.
fn processor_seconds() -> Result<f64, Box<dyn Error>> {
    let told = fs::read_to_string("/proc/self/stat")?;
    let (_, after_name) = told.rsplit_once(')').ok_or("no name")?;
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: Vec<f64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

fn read(nodes: u32, file: &str) -> Result<Graph, Box<dyn Error>> {
    let edges = numbers(file)?
        .chunks_exact(2)
        .map(|ends| Edge {
            a: ends[0],
            b: ends[1],
            weight: 1.0,
        })
        .collect();
    Ok(Graph::new(nodes, edges).0)
}

fn numbers(file: &str) -> Result<Vec<u32>, Box<dyn Error>> {
    let bytes = fs::read(file)?;
    let (numbers, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return Err(format!("{file} ends within a number").into());
    }
    Ok(numbers.iter().copied().map(u32::from_le_bytes).collect())
}
