import { describe, expect, it } from "vitest";
import type { NetworkMap } from "../../api/types";
import { EVERYTHING, type Filter, shown, spanOf, tiesOf, tiesOverTime } from "./filter";
import { fromColumns, networkOf } from "./network";

const node = (id: string, kind: "persona" | "reached" = "persona") => ({
  id,
  x: 0,
  y: 0.5,
  kind,
  probability: kind === "reached" ? null : 0.5,
  degree: 1,
  proposed: true,
  community: 0,
  excluded: id === "d",
});
const edge = (a: number, b: number, layer: string, first: string, last: string) => ({
  a,
  b,
  layer,
  weight: 1,
  objects: 2,
  first_at: `2026-11-${first}T00:00:00Z`,
  last_at: `2026-11-${last}T00:00:00Z`,
});
const map: NetworkMap = {
  nodes: [node("a"), node("b"), node("c"), node("d"), node("p", "reached")],
  edges: [
    edge(0, 1, "ip", "01", "03"),
    edge(1, 0, "device", "02", "04"),
    edge(1, 2, "ip", "10", "12"),
    edge(2, 3, "phrase", "20", "21"),
    edge(0, 4, "contacted-person", "05", "06"),
  ],
  layers: ["ip", "device", "phrase", "contacted-person"],
  shown: "all",
  accounts: 5,
  ties: 5,
};
const network = networkOf(map);
const ids = (filter: Filter) => network.ids.filter((_id, index) => shown(network, filter).nodes[index] === 1);

describe("what of a network is shown", () => {
  it("is one tie for two accounts, whatever they share", () => {
    const ties = tiesOf(network, shown(network, EVERYTHING).edges);
    expect(ties).toHaveLength(4);
    expect(ties[0]).toMatchObject({ layers: [0, 1], weight: 2, objects: 4 });
  });

  it("leaves out hidden layers", () => {
    expect([...shown(network, { ...EVERYTHING, hidden: new Set(["ip"]) }).edges]).toEqual([0, 1, 0, 1, 1]);
  });

  it("leaves out ties of another time", () => {
    const from = Date.parse("2026-11-09T00:00:00Z");
    const to = Date.parse("2026-11-11T00:00:00Z");
    expect(shown(network, { ...EVERYTHING, from, to }).ties).toBe(1);
  });

  it("leaves out people reached, and whatever is further than asked", () => {
    expect(ids({ ...EVERYTHING, reached: false })).toEqual(["a", "b", "c", "d"]);
    expect(ids({ ...EVERYTHING, around: "a" })).toEqual(["a", "b", "p"]);
    expect(ids({ ...EVERYTHING, around: "a", hops: 2 })).toEqual(["a", "b", "c", "p"]);
  });

  it("counts ties by time", () => {
    const span = spanOf(network);
    expect(span).toEqual([Date.parse("2026-11-01T00:00:00Z"), Date.parse("2026-11-21T00:00:00Z")]);
    const [, counts] = tiesOverTime(network, span as [number, number], 20);
    expect(counts.slice(0, 4)).toEqual([1, 2, 2, 1]);
  });
});

describe("a network in columns", () => {
  it("says the same as one in JSON", () => {
    const { indexOf, ...said } = fromColumns(columns());
    const { indexOf: indexOfJson, ...same } = network;
    expect(said).toEqual(same);
    expect(indexOf("c")).toBe(indexOfJson("c"));
  });

  it("is refused when it is something else", () => {
    expect(() => fromColumns(new ArrayBuffer(64))).toThrow("does not know");
  });
});

/** The map above as the server would write it. */
function columns(): ArrayBuffer {
  const seconds = (at: string | null) => Date.parse(at ?? "") / 1000;
  const text = new TextEncoder();
  const parts: Record<string, ArrayBufferView> = {
    x: Float32Array.from(map.nodes, (one) => one.x),
    y: Float32Array.from(map.nodes, (one) => one.y),
    kind: Uint8Array.from(map.nodes, (one) => (one.kind === "reached" ? 3 : 0)),
    flags: Uint8Array.from(map.nodes, (one) => 1 | (one.excluded ? 2 : 0)),
    probability: Uint8Array.from(map.nodes, (one) => (one.probability === null ? 255 : 127)),
    degree: Uint32Array.from(map.nodes, (one) => one.degree),
    id_ends: Uint32Array.from(map.nodes, (_one, index) => index + 1),
    ids: text.encode("abcdp"),
    a: Uint32Array.from(map.edges, (one) => one.a),
    b: Uint32Array.from(map.edges, (one) => one.b),
    layer: Uint8Array.from(map.edges, (one) => map.layers.indexOf(one.layer)),
    weight: Float32Array.from(map.edges, (one) => one.weight),
    objects: Uint32Array.from(map.edges, (one) => one.objects),
    first: Uint32Array.from(map.edges, (one) => seconds(one.first_at)),
    last: Uint32Array.from(map.edges, (one) => seconds(one.last_at)),
  };
  const offsets: Record<string, number> = {};
  let length = 0;
  for (const [name, part] of Object.entries(parts)) {
    offsets[name] = length;
    length += Math.ceil(part.byteLength / 4) * 4;
  }
  const { layers, accounts, ties } = map;
  const plain = JSON.stringify({ nodes: 5, edges: 5, layers, shown: "all", accounts, ties, columns: offsets });
  const head = text.encode(plain.padEnd(Math.ceil(plain.length / 4) * 4));
  const bytes = new Uint8Array(8 + head.length + length);
  bytes.set(text.encode("AVM1"));
  new DataView(bytes.buffer).setUint32(4, head.length, true);
  bytes.set(head, 8);
  for (const [name, part] of Object.entries(parts)) {
    bytes.set(new Uint8Array(part.buffer), 8 + head.length + (offsets[name] as number));
  }
  return bytes.buffer;
}
