// A network in columns: what is the same of all accounts or ties lies side by side, so that a hundred thousand of them
// are read, filtered and drawn in a blink. Small networks come as JSON, large ones as the columns themselves.

import type { Kind, NetworkMap } from "../../api/types";

export const KINDS: readonly Kind[] = ["persona", "compromised", "suspect", "reached"];
export const REACHED = 3;
export const PROPOSED = 1;
export const EXCLUDED = 2;

export interface Network {
  /** How many accounts are drawn. */
  nodes: number;
  /** How many ties are drawn, one for each pair and layer. */
  edges: number;
  ids: string[];
  x: Float32Array;
  y: Float32Array;
  /** Places in KINDS. */
  kind: Uint8Array;
  flags: Uint8Array;
  /** Not a number where it is not known. */
  probability: Float32Array;
  degree: Uint32Array;
  a: Uint32Array;
  b: Uint32Array;
  /** Places in `layers`. */
  layer: Uint8Array;
  weight: Float32Array;
  objects: Uint32Array;
  /** Milliseconds; not a number where it is not known. */
  first: Float64Array;
  last: Float64Array;
  layers: string[];
  shown: string;
  /** How many accounts and ties there are in all. */
  accounts: number;
  ties: number;
  indexOf: (id: string) => number | undefined;
}

const built = new WeakMap<object, Network>();

/** The network that the server's answer holds, worked out once for each answer. */
export function networkOf(answer: NetworkMap | ArrayBuffer): Network {
  let network = built.get(answer);
  if (network === undefined) {
    network = answer instanceof ArrayBuffer ? fromColumns(answer) : fromJson(answer);
    built.set(answer, network);
  }
  return network;
}

function fromJson(map: NetworkMap): Network {
  const { nodes, layers } = map;
  const known = map.edges.filter((edge) => nodes[edge.a] !== undefined && nodes[edge.b] !== undefined);
  const places = new Map(layers.map((layer, place) => [layer, place]));
  const all = [...layers];
  const placeOf = (layer: string) => {
    let place = places.get(layer);
    if (place === undefined) {
      place = all.push(layer) - 1;
      places.set(layer, place);
    }
    return place;
  };
  const time = (at: string | null) => (at ? Date.parse(at) : Number.NaN);
  return {
    nodes: nodes.length,
    edges: known.length,
    ids: nodes.map((node) => node.id),
    x: Float32Array.from(nodes, (node) => node.x),
    y: Float32Array.from(nodes, (node) => node.y),
    kind: Uint8Array.from(nodes, (node) => Math.max(0, KINDS.indexOf(node.kind))),
    flags: Uint8Array.from(nodes, (node) => (node.proposed ? PROPOSED : 0) | (node.excluded ? EXCLUDED : 0)),
    probability: Float32Array.from(nodes, (node) => node.probability ?? Number.NaN),
    degree: Uint32Array.from(nodes, (node) => node.degree),
    a: Uint32Array.from(known, (edge) => edge.a),
    b: Uint32Array.from(known, (edge) => edge.b),
    layer: Uint8Array.from(known, (edge) => placeOf(edge.layer)),
    weight: Float32Array.from(known, (edge) => edge.weight),
    objects: Uint32Array.from(known, (edge) => edge.objects),
    first: Float64Array.from(known, (edge) => time(edge.first_at)),
    last: Float64Array.from(known, (edge) => time(edge.last_at ?? edge.first_at)),
    layers: all,
    shown: map.shown,
    accounts: map.accounts,
    ties: map.ties,
    indexOf: lazyIndex(() => nodes.map((node) => node.id)),
  };
}

interface Head {
  nodes: number;
  edges: number;
  layers: string[];
  shown: string;
  accounts: number;
  ties: number;
  /** Where each column begins, in bytes after the head; each begins at a multiple of four. */
  columns: Record<string, number>;
}

const MAGIC = "AVM1";

/**
 * Reads the columns: `AVM1`, the head's length as u32, the head as JSON padded with spaces to a multiple of four, then
 * the columns, all little-endian. Times are u32 of seconds, 0 where not known; a probability is a u8 of 254ths, 255
 * where not known; `id_ends` are the places where each id ends in `ids`, which are UTF-8.
 */
export function fromColumns(buffer: ArrayBuffer): Network {
  const text = new TextDecoder();
  const start = new DataView(buffer);
  if (buffer.byteLength < 8 || text.decode(new Uint8Array(buffer, 0, 4)) !== MAGIC) {
    throw new Error("the map is in a form that this version of the console does not know");
  }
  const headLength = start.getUint32(4, true);
  const head = JSON.parse(text.decode(new Uint8Array(buffer, 8, headLength))) as Head;
  const { nodes, edges } = head;
  const at = (name: string) => {
    const offset = head.columns[name];
    if (offset === undefined) {
      throw new Error(`the map lacks its column ${name}`);
    }
    return 8 + headLength + offset;
  };
  const seconds = (name: string) =>
    Float64Array.from(new Uint32Array(buffer, at(name), edges), (one) => (one === 0 ? Number.NaN : one * 1000));
  const ids = readIds(buffer, at("ids"), new Uint32Array(buffer, at("id_ends"), nodes));
  return {
    nodes,
    edges,
    ids,
    x: new Float32Array(buffer, at("x"), nodes),
    y: new Float32Array(buffer, at("y"), nodes),
    kind: new Uint8Array(buffer, at("kind"), nodes),
    flags: new Uint8Array(buffer, at("flags"), nodes),
    probability: Float32Array.from(new Uint8Array(buffer, at("probability"), nodes), (one) =>
      one === 255 ? Number.NaN : one / 254,
    ),
    degree: new Uint32Array(buffer, at("degree"), nodes),
    a: new Uint32Array(buffer, at("a"), edges),
    b: new Uint32Array(buffer, at("b"), edges),
    layer: new Uint8Array(buffer, at("layer"), edges),
    weight: new Float32Array(buffer, at("weight"), edges),
    objects: new Uint32Array(buffer, at("objects"), edges),
    first: seconds("first"),
    last: seconds("last"),
    layers: head.layers,
    shown: head.shown,
    accounts: head.accounts,
    ties: head.ties,
    indexOf: lazyIndex(() => ids),
  };
}

function readIds(buffer: ArrayBuffer, at: number, ends: Uint32Array): string[] {
  const length = ends.at(-1) ?? 0;
  const bytes = new Uint8Array(buffer, at, length);
  const decoder = new TextDecoder();
  const whole = decoder.decode(bytes);
  const isPlain = whole.length === length;
  const ids: string[] = new Array(ends.length);
  let from = 0;
  for (let index = 0; index < ends.length; index += 1) {
    const to = ends[index] as number;
    ids[index] = isPlain ? whole.slice(from, to) : decoder.decode(bytes.subarray(from, to));
    from = to;
  }
  return ids;
}

function lazyIndex(ids: () => string[]): (id: string) => number | undefined {
  let index: Map<string, number> | undefined;
  return (id) => {
    index ??= new Map(ids().map((one, place) => [one, place]));
    return index.get(id);
  };
}
