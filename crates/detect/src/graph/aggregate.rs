//! A graph whose nodes are parts of another one.

use super::Graph;
use super::threads::{in_ranges, shares};

/// The graph of the parts, and which of its nodes each node has become. Parts are numbered in the order
/// of their smallest nodes.
pub(super) fn aggregate(graph: &Graph, part: &[u32]) -> (Graph, Vec<u32>) {
    let (number_of, count) = numbered(part);
    let (begins, members) = members(&number_of, count);
    let mut built = in_ranges(shares(&begins), |parts| {
        let mut rows = Rows::with_room(parts.len(), graph.others.len() / 2);
        let mut tied = vec![0.0_f64; count];
        for own in parts {
            let mine = &members[begins[own]..begins[own + 1]];
            rows.add(graph, &number_of, own, mine, &mut tied);
        }
        rows
    })
    .into_iter();
    let mut all = built.next().unwrap_or_else(|| Rows::with_room(0, 0));
    for more in built {
        let before = all.others.len();
        all.ends.extend(more.ends.iter().map(|end| before + end));
        all.others.extend(more.others);
        all.weights.extend(more.weights);
        all.loops.extend(more.loops);
    }
    let mut ends = vec![0];
    ends.append(&mut all.ends);
    let graph = Graph::from_parts(ends, all.others, all.weights, all.loops);
    (graph, number_of)
}

/// The edges of some parts that follow each other.
struct Rows {
    ends: Vec<usize>,
    others: Vec<u32>,
    weights: Vec<f32>,
    loops: Vec<f64>,
    met: Vec<u32>,
}

impl Rows {
    fn with_room(parts: usize, edges: usize) -> Self {
        Self {
            ends: Vec::with_capacity(parts + 1),
            others: Vec::with_capacity(edges),
            weights: Vec::with_capacity(edges),
            loops: Vec::with_capacity(parts),
            met: Vec::new(),
        }
    }

    /// Adds what ties one part to others. `tied` has a place for every part, and holds nothing before
    /// and after.
    fn add(
        &mut self,
        graph: &Graph,
        number_of: &[u32],
        own: usize,
        members: &[u32],
        tied: &mut [f64],
    ) {
        let mut within = 0.0;
        for member in members {
            within += 2.0 * graph.loops[*member as usize];
            for (other, weight) in graph.around(*member) {
                let there = number_of[other as usize];
                if there as usize == own {
                    within += f64::from(weight);
                    continue;
                }
                let tied = &mut tied[there as usize];
                if *tied == 0.0 {
                    self.met.push(there);
                }
                *tied += f64::from(weight);
            }
        }
        self.loops.push(within / 2.0);
        for there in self.met.drain(..) {
            self.others.push(there);
            let tied = std::mem::take(&mut tied[there as usize]);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a sum of weights is as exact as a weight"
            )]
            self.weights.push((tied as f32).min(f32::MAX));
        }
        self.ends.push(self.others.len());
    }
}

/// The same with parts numbered in the order of their smallest nodes, and how many there are.
pub(super) fn numbered(part: &[u32]) -> (Vec<u32>, usize) {
    const UNSEEN: u32 = u32::MAX;
    let mut number = vec![UNSEEN; part.len()];
    let mut count = 0;
    let number_of = part
        .iter()
        .map(|part| {
            let number = &mut number[*part as usize];
            if *number == UNSEEN {
                *number = count;
                count += 1;
            }
            *number
        })
        .collect();
    (number_of, count as usize)
}

/// The nodes of each part, one part after the other, and where each begins.
pub(super) fn members(number_of: &[u32], count: usize) -> (Vec<usize>, Vec<u32>) {
    let mut begins = vec![0_usize; count + 1];
    for number in number_of {
        begins[*number as usize + 1] += 1;
    }
    for number in 0..count {
        begins[number + 1] += begins[number];
    }
    let mut next = begins.clone();
    let mut members = vec![0_u32; number_of.len()];
    for (node, number) in (0..).zip(number_of) {
        let place = &mut next[*number as usize];
        members[*place] = node;
        *place += 1;
    }
    (begins, members)
}
