import { describe, expect, it } from "vitest";
import type { NetworkMap } from "../../api/types";
import { EVERYTHING, shown, spanOf, tiesOverTime } from "./filter";

const node = (id: string, kind: "persona" | "reached" = "persona") => ({
  id,
  x: 0,
  y: 0,
  kind,
  probability: 0.9,
  degree: 1,
  proposed: true,
  community: 0,
  excluded: false,
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
const ids = (nodes: ReadonlySet<number>) => [...nodes].map((index) => map.nodes[index]?.id).sort();

describe("what of a network is shown", () => {
  it("is one tie for two accounts, whatever they share", () => {
    const { ties } = shown(map, EVERYTHING);
    expect(ties).toHaveLength(4);
    expect(ties[0]).toMatchObject({ layers: ["ip", "device"], weight: 2, objects: 4 });
  });

  it("leaves out hidden layers", () => {
    const { ties } = shown(map, { ...EVERYTHING, hidden: new Set(["ip"]) });
    expect(ties.map((tie) => tie.layers.join())).toEqual(["device", "phrase", "contacted-person"]);
  });

  it("leaves out ties of another time", () => {
    const from = Date.parse("2026-11-09T00:00:00Z");
    const to = Date.parse("2026-11-11T00:00:00Z");
    expect(shown(map, { ...EVERYTHING, from, to }).ties).toHaveLength(1);
  });

  it("leaves out people reached, and whatever is further than asked", () => {
    expect(ids(shown(map, { ...EVERYTHING, reached: false }).nodes)).toEqual(["a", "b", "c", "d"]);
    expect(ids(shown(map, { ...EVERYTHING, around: "a" }).nodes)).toEqual(["a", "b", "p"]);
    expect(ids(shown(map, { ...EVERYTHING, around: "a", hops: 2 }).nodes)).toEqual(["a", "b", "c", "p"]);
  });

  it("counts ties by time", () => {
    const span = spanOf(map.edges);
    expect(span).toEqual([Date.parse("2026-11-01T00:00:00Z"), Date.parse("2026-11-21T00:00:00Z")]);
    const [, counts] = tiesOverTime(map.edges, span as [number, number], 20);
    expect(counts.slice(0, 4)).toEqual([1, 2, 2, 1]);
  });
});
