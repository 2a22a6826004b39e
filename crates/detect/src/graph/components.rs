//! Which nodes hang together at all.

use super::Graph;

/// The component of each node, numbered by their smallest nodes.
///
/// Cost: O(nodes + edges).
pub fn components(graph: &Graph) -> Vec<u32> {
    const UNSEEN: u32 = u32::MAX;
    let mut of = vec![UNSEEN; graph.nodes()];
    let mut open = Vec::new();
    let mut count = 0;
    for node in graph.numbers() {
        if of[node as usize] != UNSEEN {
            continue;
        }
        of[node as usize] = count;
        open.push(node);
        while let Some(node) = open.pop() {
            for other in graph.adjacent(node).0 {
                if of[*other as usize] == UNSEEN {
                    of[*other as usize] = count;
                    open.push(*other);
                }
            }
        }
        count += 1;
    }
    of
}
