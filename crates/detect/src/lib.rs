//! From a snapshot to findings: traces, co-action, fusion, networks, scores.
