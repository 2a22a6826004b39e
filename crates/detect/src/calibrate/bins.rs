//! Numbers in steps: what a readable model says, it says of steps.

/// The lower ends of the steps after the first, ascending: at most `most` steps with about as many
/// values each. Equal values share a step.
pub(super) fn edges(values: &[f32], most: usize) -> Vec<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let mut edges: Vec<f32> = (1..most)
        .filter_map(|step| sorted.get(step * sorted.len() / most).copied())
        .collect();
    edges.dedup();
    // A step that begins with the least value would leave the first one empty.
    edges.retain(|edge| sorted.first().is_some_and(|least| edge > least));
    edges
}

/// The step of a value.
pub(super) fn step(edges: &[f32], value: f32) -> usize {
    edges.partition_point(|edge| *edge <= value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_hold_about_as_many_values_and_equal_values_share_one() {
        let values: Vec<f32> = (0..100_u8).map(f32::from).collect();
        assert_eq!(edges(&values, 4), [25.0, 50.0, 75.0]);
        assert_eq!(step(&[25.0, 50.0, 75.0], 24.9), 0);
        assert_eq!(step(&[25.0, 50.0, 75.0], 25.0), 1);
        assert_eq!(step(&[25.0, 50.0, 75.0], 1e9), 3);
        assert_eq!(edges(&[0.0; 50], 8), Vec::<f32>::new());
        let mostly_nothing: Vec<f32> = (0..100_u8).map(|n| f32::from(n.max(95))).collect();
        assert_eq!(edges(&mostly_nothing, 4), Vec::<f32>::new());
        assert_eq!(edges(&mostly_nothing, 50), [96.0, 98.0]);
        assert_eq!(edges(&[], 8), Vec::<f32>::new());
    }
}
