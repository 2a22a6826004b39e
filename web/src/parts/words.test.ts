import { describe, expect, it } from "vitest";
import { count, list, probability, quoted, seconds, tlp, withReason } from "./words";
import { zoneOffsetHours } from "./zones";

describe("numbers in words", () => {
  it("are singular only for one", () => {
    expect([0, 1, 2, 12_345].map((many) => count(many, "account"))).toEqual([
      "0 accounts",
      "1 account",
      "2 accounts",
      "12,345 accounts",
    ]);
    expect(count(1, "person", "people")).toBe("1 person");
  });

  it("claim no more certainty than there is", () => {
    expect([0.9999, 0.941, 0.001, null].map(probability)).toEqual(["over 99 %", "94 %", "under 1 %", "not known"]);
  });

  it("say how long", () => {
    expect([1, 75, 600, 7200].map(seconds)).toEqual(["1 second", "75 seconds", "10 minutes", "2 hours"]);
  });
});

describe("words", () => {
  it("are joined as people do", () => {
    expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(list)).toEqual(["", "a", "a and b", "a, b and c"]);
    expect(tlp("amber-strict")).toBe("TLP:AMBER+STRICT");
  });

  it("are quoted for a shell where they need it", () => {
    expect(quoted("tp-1")).toBe("tp-1");
    expect(quoted("it's $(gone)")).toBe("'it'\\''s $(gone)'");
    expect(quoted("a'b\n\u001B[2Jc\\")).toBe("$'a\\'b\\n\\U0000001b[2Jc\\\\'");
    expect(quoted("\u202Egpj")).toBe("$'\\U0000202egpj'");
  });

  it("stand in a command line exactly as they were typed", () => {
    const line = "avert thaw REASON --execute";
    expect(withReason(line, "asked for $& and $1, then $$5")).toBe(
      "avert thaw 'asked for $& and $1, then $$5' --execute",
    );
    expect(withReason(line, "REASON is a magazine")).toBe("avert thaw 'REASON is a magazine' --execute");
    expect(withReason(line, "  ")).toBe("avert thaw '…' --execute");
  });
});

describe("a time zone", () => {
  it("is so many hours from UTC at a given time", () => {
    expect(zoneOffsetHours("Europe/Lisbon", new Date("2026-01-15T12:00:00Z"))).toBe(0);
    expect(zoneOffsetHours("Asia/Seoul", new Date("2026-01-15T12:00:00Z"))).toBe(9);
    expect(zoneOffsetHours("Nowhere/Land")).toBeNull();
  });
});
