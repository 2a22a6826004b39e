//! Makes a graph with planted communities, and finds communities in one: for `cargo xtask bench leiden`.
//!
//! ```text
//! leiden make NODES EDGES MIXING SEED FILE   # binary: pairs of little-endian 32-bit numbers
//! leiden find NODES FILE OUT                 # OUT: the community of each node, the same way
//! leiden score NODES FILE COMMUNITIES        # the modularity of what anybody has found
//! ```

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::time::Instant;

use avert_detect::graph::{Edge, Graph, Leiden, components, cores, leiden, modularity, planted};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match words.as_slice() {
        ["make", nodes, edges, mixing, seed, file] => {
            let planted = planted(
                nodes.parse()?,
                edges.parse()?,
                mixing.parse()?,
                seed.parse()?,
            );
            let ends = planted.edges.iter().flat_map(|edge| [edge.a, edge.b]);
            fs::write(file, ends.flat_map(u32::to_le_bytes).collect::<Vec<u8>>())?;
            let edges = planted.edges.len();
            let graph = Graph::new(nodes.parse()?, planted.edges).0;
            let modularity = modularity(&graph, &planted.of, 1.0);
            format!(r#"{{"edges":{edges},"modularity":{modularity}}}"#)
        }
        ["find", nodes, file, out] => {
            let begun = Instant::now();
            let graph = read(nodes.parse()?, file)?;
            let read = begun.elapsed().as_secs_f64();
            let begun = Instant::now();
            let found = leiden(&graph, &Leiden::default());
            let leiden = begun.elapsed().as_secs_f64();
            let begun = Instant::now();
            let parts = components(&graph)
                .into_iter()
                .max()
                .map_or(0, |most| most + 1);
            let components = begun.elapsed().as_secs_f64();
            let begun = Instant::now();
            let core = cores(&graph).into_iter().max().unwrap_or(0);
            let cores = begun.elapsed().as_secs_f64();
            let bytes = found.of.iter().copied().flat_map(u32::to_le_bytes);
            fs::write(out, bytes.collect::<Vec<u8>>())?;
            format!(
                r#"{{"read_seconds":{read},"seconds":{leiden},"modularity":{},"communities":{},"components":{parts},"components_seconds":{components},"deepest_core":{core},"cores_seconds":{cores}}}"#,
                found.modularity, found.count
            )
        }
        ["score", nodes, file, communities] => {
            let graph = read(nodes.parse()?, file)?;
            let of = numbers(communities)?;
            format!(r#"{{"modularity":{}}}"#, modularity(&graph, &of, 1.0))
        }
        _ => return Err("make, find or score: see the top of the source".into()),
    };
    Ok(writeln!(std::io::stdout(), "{answer}")?)
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
