import { describe, expect, it } from "vitest";
import { networkOf } from "./network";
import { drawingOrder, line, mixed, packed } from "./raster";

const picture = () => ({ pixels: new Uint32Array(100), width: 10, height: 10 });
const drawn = (pixels: Uint32Array) => [...pixels.keys()].filter((index) => pixels[index] === 7);

describe("a line", () => {
  it("goes from one point to the other", () => {
    const one = picture();
    line(one, 1, 1, 4, 1, 7);
    expect(drawn(one.pixels)).toEqual([11, 12, 13, 14]);
  });

  it("is cut to the picture", () => {
    const one = picture();
    line(one, -100, 5, 100, 5, 7);
    expect(drawn(one.pixels)).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
  });

  it("is nothing beside it", () => {
    const one = picture();
    line(one, -5, -1, 20, -1, 7);
    line(one, 12, 0, 30, 9, 7);
    expect(drawn(one.pixels)).toEqual([]);
  });
});

describe("a colour", () => {
  it("is kept as a canvas keeps it", () => {
    expect(packed("#102030").toString(16)).toBe("ff302010");
  });

  it("may be laid thinly over another", () => {
    expect(mixed(packed("#ffffff"), packed("#000000"), 0.5)).toBe(packed("#808080"));
  });
});

describe("ties", () => {
  it("are drawn by weight, those to people reached after all others", () => {
    const node = (id: string, kind: "persona" | "reached") => ({
      id,
      kind,
      x: 0,
      y: 0,
      probability: null,
      degree: 1,
      proposed: false,
      community: 0,
      excluded: false,
    });
    const tie = (a: number, b: number, weight: number) => ({
      a,
      b,
      weight,
      layer: "ip",
      objects: 1,
      first_at: null,
      last_at: null,
    });
    const network = networkOf({
      nodes: [node("a", "persona"), node("b", "persona"), node("p", "reached")],
      edges: [tie(0, 2, 9), tie(0, 1, 1), tie(1, 0, 4)],
      layers: ["ip"],
      shown: "all",
      accounts: 3,
      ties: 3,
    });
    expect([...drawingOrder(network)]).toEqual([2, 1, 0]);
  });
});
