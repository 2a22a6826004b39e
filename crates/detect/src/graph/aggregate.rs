//! A graph whose nodes are parts of another one.

use super::Graph;

/// The graph of the parts, and which of its nodes each node has become. Parts are numbered in the order
/// of their smallest nodes.
pub(super) fn aggregate(graph: &Graph, part: &[u32]) -> (Graph, Vec<u32>) {
    let (number_of, count) = numbered(part);
    let (begins, members) = members(&number_of, count);
    let mut ends = Vec::with_capacity(count + 1);
    let mut others = Vec::with_capacity(graph.others.len() / 2);
    let mut weights = Vec::with_capacity(graph.others.len() / 2);
    let mut loops = Vec::with_capacity(count);
    let mut tied = vec![0.0_f64; count];
    let mut met: Vec<u32> = Vec::new();
    ends.push(0);
    for (own, range) in (0_u32..).zip(begins.windows(2)) {
        let mut within = 0.0;
        for member in &members[range[0]..range[1]] {
            within += 2.0 * graph.loops[*member as usize];
            for (other, weight) in graph.around(*member) {
                let there = number_of[other as usize];
                if there == own {
                    within += f64::from(weight);
                    continue;
                }
                let tied = &mut tied[there as usize];
                if *tied == 0.0 {
                    met.push(there);
                }
                *tied += f64::from(weight);
            }
        }
        loops.push(within / 2.0);
        for there in met.drain(..) {
            others.push(there);
            let tied = std::mem::take(&mut tied[there as usize]);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a sum of weights is as exact as a weight"
            )]
            weights.push((tied as f32).min(f32::MAX));
        }
        ends.push(others.len());
    }
    (Graph::from_parts(ends, others, weights, loops), number_of)
}

fn numbered(part: &[u32]) -> (Vec<u32>, usize) {
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
fn members(number_of: &[u32], count: usize) -> (Vec<usize>, Vec<u32>) {
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
