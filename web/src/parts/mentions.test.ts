import { describe, expect, it } from "vitest";
import { beingTyped, mentions } from "./mentions";

describe("names in a note", () => {
  it("stand apart where the person is known", () => {
    expect(mentions("Ask @omar. Not @nobody, nor ines@omar.example.org", ["omar"])).toEqual([
      { text: "Ask " },
      { mention: "omar" },
      { text: ". Not @nobody, nor ines@omar.example.org" },
    ]);
  });

  it("are seen while they are typed", () => {
    expect(beingTyped("ask @om", 7)).toBe("om");
    expect(beingTyped("@", 1)).toBe("");
    expect(beingTyped("a@om", 4)).toBeNull();
    expect(beingTyped("ask @omar about", 15)).toBeNull();
  });
});
