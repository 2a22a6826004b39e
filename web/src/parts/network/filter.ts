// What of a network is shown: pure, so that it can be tested and is the same for the map and for the table.

import type { MapEdge, NetworkMap } from "../../api/types";

export interface Filter {
  /** Layers that are hidden. */
  hidden: ReadonlySet<string>;
  /** Ties that were there at some moment between these, in milliseconds. */
  from: number | null;
  to: number | null;
  /** People reached, who are many. */
  reached: boolean;
  /** Only this account and whoever is so many ties away. */
  around: string | null;
  hops: number;
}

export const EVERYTHING: Filter = { hidden: new Set(), from: null, to: null, reached: true, around: null, hops: 1 };

/** A tie of two accounts: everything they share that is shown. */
export interface Tie {
  a: number;
  b: number;
  layers: string[];
  weight: number;
  objects: number;
}

export interface Shown {
  nodes: ReadonlySet<number>;
  ties: Tie[];
}

export function isShown(edge: MapEdge, filter: Filter): boolean {
  if (filter.hidden.has(edge.layer)) {
    return false;
  }
  if (filter.from === null && filter.to === null) {
    return true;
  }
  const first = edge.first_at ? Date.parse(edge.first_at) : Number.NaN;
  const last = edge.last_at ? Date.parse(edge.last_at) : first;
  if (Number.isNaN(first)) {
    // What has no time was there at no known moment: it is not hidden as if it had been elsewhere.
    return true;
  }
  return (filter.to === null || first <= filter.to) && (filter.from === null || last >= filter.from);
}

export function shown(map: NetworkMap, filter: Filter): Shown {
  const ties = new Map<number, Tie>();
  const size = map.nodes.length;
  for (const edge of map.edges) {
    if (!isShown(edge, filter) || map.nodes[edge.a] === undefined || map.nodes[edge.b] === undefined) {
      continue;
    }
    const key = Math.min(edge.a, edge.b) * size + Math.max(edge.a, edge.b);
    const tie = ties.get(key);
    if (tie === undefined) {
      ties.set(key, { a: edge.a, b: edge.b, layers: [edge.layer], weight: edge.weight, objects: edge.objects });
    } else {
      if (!tie.layers.includes(edge.layer)) {
        tie.layers.push(edge.layer);
      }
      tie.weight += edge.weight;
      tie.objects += edge.objects;
    }
  }
  const all = [...ties.values()];
  const nodes = nodesShown(map, filter, all);
  return { nodes, ties: all.filter((tie) => nodes.has(tie.a) && nodes.has(tie.b)) };
}

function nodesShown(map: NetworkMap, filter: Filter, ties: Tie[]): Set<number> {
  const nodes = new Set<number>();
  for (const [index, node] of map.nodes.entries()) {
    if (filter.reached || node.kind !== "reached") {
      nodes.add(index);
    }
  }
  const centre = filter.around === null ? -1 : map.nodes.findIndex((node) => node.id === filter.around);
  if (centre === -1) {
    return nodes;
  }
  let near = new Set([centre]);
  for (let hop = 0; hop < filter.hops; hop += 1) {
    const wider = new Set(near);
    for (const tie of ties) {
      if (near.has(tie.a) && nodes.has(tie.b)) {
        wider.add(tie.b);
      }
      if (near.has(tie.b) && nodes.has(tie.a)) {
        wider.add(tie.a);
      }
    }
    if (wider.size === near.size) {
      break;
    }
    near = wider;
  }
  return near;
}

/** The first and last moment of any tie, in milliseconds; null where none has a time. */
export function spanOf(edges: MapEdge[]): [number, number] | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const edge of edges) {
    const begins = edge.first_at ? Date.parse(edge.first_at) : Number.NaN;
    const ends = edge.last_at ? Date.parse(edge.last_at) : begins;
    if (!Number.isNaN(begins)) {
      first = Math.min(first, begins);
      last = Math.max(last, Number.isNaN(ends) ? begins : ends);
    }
  }
  return first <= last ? [first, last] : null;
}

/** How many ties were there in each of so many equal spans of time. */
export function tiesOverTime(edges: MapEdge[], span: [number, number], bins: number): [number[], number[]] {
  const [from, to] = span;
  const width = Math.max(1, (to - from) / bins);
  const changes = new Array<number>(bins + 1).fill(0);
  for (const edge of edges) {
    if (!edge.first_at) {
      continue;
    }
    const begins = Math.min(bins - 1, Math.floor((Date.parse(edge.first_at) - from) / width));
    const ends = Math.min(bins - 1, Math.floor((Date.parse(edge.last_at ?? edge.first_at) - from) / width));
    changes[begins] = (changes[begins] ?? 0) + 1;
    changes[ends + 1] = (changes[ends + 1] ?? 0) - 1;
  }
  const times: number[] = [];
  const counts: number[] = [];
  let now = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    now += changes[bin] ?? 0;
    times.push((from + bin * width) / 1000);
    counts.push(now);
  }
  return [times, counts];
}
