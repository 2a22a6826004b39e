// What of a network is shown: pure, so that it can be tested and is the same for the map and for the table.

import { type Network, REACHED } from "./network";

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

export interface Shown {
  /** One for each account that is shown. */
  nodes: Uint8Array;
  /** One for each tie that is shown. */
  edges: Uint8Array;
  accounts: number;
  ties: number;
}

export function shown(network: Network, filter: Filter): Shown {
  const nodes = new Uint8Array(network.nodes);
  const edges = new Uint8Array(network.edges);
  for (let node = 0; node < network.nodes; node += 1) {
    nodes[node] = filter.reached || network.kind[node] !== REACHED ? 1 : 0;
  }
  const hides = network.layers.map((layer) => filter.hidden.has(layer));
  const { from, to } = filter;
  for (let edge = 0; edge < network.edges; edge += 1) {
    // What has no time was there at no known moment: it is not hidden as if it had been elsewhere.
    const isThen =
      !((network.first[edge] as number) > (to ?? Number.POSITIVE_INFINITY)) &&
      !((network.last[edge] as number) < (from ?? Number.NEGATIVE_INFINITY));
    edges[edge] = isThen && !hides[network.layer[edge] as number] ? 1 : 0;
  }
  const centre = filter.around === null ? undefined : network.indexOf(filter.around);
  if (centre !== undefined) {
    keepNear(network, nodes, edges, centre, filter.hops);
  }
  let [accounts, ties] = [0, 0];
  for (let edge = 0; edge < network.edges; edge += 1) {
    if (edges[edge] === 1) {
      edges[edge] = (nodes[network.a[edge] as number] as number) & (nodes[network.b[edge] as number] as number);
      ties += edges[edge] as number;
    }
  }
  for (const one of nodes) {
    accounts += one;
  }
  return { nodes, edges, accounts, ties };
}

function keepNear(network: Network, nodes: Uint8Array, edges: Uint8Array, centre: number, hops: number): void {
  const near = new Uint8Array(network.nodes);
  near[centre] = 1;
  for (let hop = 0; hop < hops; hop += 1) {
    const before = near.slice();
    for (let edge = 0; edge < network.edges; edge += 1) {
      if (edges[edge] === 1) {
        const [a, b] = [network.a[edge] as number, network.b[edge] as number];
        if (before[a] === 1) {
          near[b] = 1;
        }
        if (before[b] === 1) {
          near[a] = 1;
        }
      }
    }
  }
  for (let node = 0; node < network.nodes; node += 1) {
    nodes[node] = (nodes[node] as number) & (near[node] as number);
  }
}

/** Everything that two accounts share and that is shown. */
export interface Tie {
  a: number;
  b: number;
  /** Places in the network's layers. */
  layers: number[];
  weight: number;
  objects: number;
}

/** One tie for each two accounts, whatever they share. */
export function tiesOf(network: Network, edges: Uint8Array): Tie[] {
  const ties = new Map<number, Tie>();
  for (let edge = 0; edge < network.edges; edge += 1) {
    if (edges[edge] !== 1) {
      continue;
    }
    const [a, b] = [network.a[edge] as number, network.b[edge] as number];
    const [layer, weight] = [network.layer[edge] as number, network.weight[edge] as number];
    const objects = network.objects[edge] as number;
    const key = Math.min(a, b) * network.nodes + Math.max(a, b);
    const tie = ties.get(key);
    if (tie === undefined) {
      ties.set(key, { a, b, layers: [layer], weight, objects });
    } else {
      if (!tie.layers.includes(layer)) {
        tie.layers.push(layer);
      }
      tie.weight += weight;
      tie.objects += objects;
    }
  }
  return [...ties.values()];
}

/** The first and last moment of any tie, in milliseconds; null where none has a time. */
export function spanOf(network: Network): [number, number] | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let edge = 0; edge < network.edges; edge += 1) {
    const [begins, ends] = [network.first[edge] as number, network.last[edge] as number];
    if (begins < first) {
      first = begins;
    }
    if (ends > last) {
      last = ends;
    }
  }
  return first <= last ? [first, last] : null;
}

/** How many ties were there in each of so many equal spans of time: when each begins, in seconds, and how many. */
export function tiesOverTime(network: Network, span: [number, number], bins: number): [number[], number[]] {
  const [from, to] = span;
  const width = Math.max(1, (to - from) / bins);
  const changes = new Array<number>(bins + 1).fill(0);
  for (let edge = 0; edge < network.edges; edge += 1) {
    const [first, last] = [network.first[edge] as number, network.last[edge] as number];
    if (Number.isNaN(first)) {
      continue;
    }
    const begins = Math.min(bins - 1, Math.floor((first - from) / width));
    const ends = Math.min(bins - 1, Math.floor(((Number.isNaN(last) ? first : last) - from) / width));
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
