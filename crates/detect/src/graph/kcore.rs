//! How deep in the thick of the graph each node is.

use super::Graph;

/// The core number of each node: the largest k for which it is in a part of the graph where everybody
/// has at least k others.
///
/// Cost: O(nodes + edges).
/// Source: Batagelj and Zaversnik, "An O(m) algorithm for cores decomposition of networks" (2003).
pub fn cores(graph: &Graph) -> Vec<u32> {
    let nodes = graph.nodes();
    let mut degree: Vec<usize> = (0..nodes)
        .map(|node| graph.begins[node + 1] - graph.begins[node])
        .collect();
    let most = degree.iter().copied().max().unwrap_or(0);
    // Nodes by degree; `begins` says where each degree begins, and moves as degrees fall.
    let mut begins = vec![0_usize; most + 2];
    for degree in &degree {
        begins[degree + 1] += 1;
    }
    for degree in 0..=most {
        begins[degree + 1] += begins[degree];
    }
    let mut place = vec![0_usize; nodes];
    let mut order = vec![0_u32; nodes];
    let mut next = begins.clone();
    for node in graph.numbers() {
        let at = &mut next[degree[node as usize]];
        place[node as usize] = *at;
        order[*at] = node;
        *at += 1;
    }
    for turn in 0..nodes {
        let node = order[turn];
        let own = degree[node as usize];
        for other in graph.adjacent(node).0 {
            let theirs = degree[*other as usize];
            if theirs <= own {
                continue;
            }
            // Swapped with the first of its degree, it is the last of the degree below.
            let first = begins[theirs].max(turn + 1);
            let (here, there) = (place[*other as usize], first);
            let swapped = order[there];
            order.swap(here, there);
            place[*other as usize] = there;
            place[swapped as usize] = here;
            begins[theirs] = first + 1;
            degree[*other as usize] -= 1;
        }
    }
    degree
        .into_iter()
        .map(|core| u32::try_from(core).expect("nodes are numbered by 32 bits"))
        .collect()
}
