import { describe, expect, it } from "vitest";
import { clip, harmless, harmlessText } from "./harmless";

describe("text that somebody wrote", () => {
  it("is left as it is when nothing in it hides", () => {
    expect(harmless("Ines Example")).toEqual([{ text: "Ines Example" }]);
    expect(harmless("")).toEqual([]);
  });

  it("keeps markup as text", () => {
    expect(harmlessText("<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
  });

  it.each([
    ["\u202E", "U+202E"],
    ["\u202A", "U+202A"],
    ["\u2066", "U+2066"],
    ["\u2069", "U+2069"],
    ["\u200E", "U+200E"],
    ["\u200F", "U+200F"],
    ["\u200B", "U+200B"],
    ["\uFEFF", "U+FEFF"],
    ["\u0000", "U+0000"],
    ["\u001B", "U+001B"],
    ["\u0085", "U+0085"],
    ["\u2028", "U+2028"],
    ["\u{E0041}", "U+E0041"],
    ["\uD800", "U+D800"],
  ])("shows %j by its name", (character, code) => {
    expect(harmless(`a${character}b`)).toEqual([{ text: "a" }, { text: `‹${code}›`, code }, { text: "b" }]);
  });

  it("leaves right-to-left words alone", () => {
    expect(harmlessText("إيناس")).toBe("إيناس");
  });

  it("leaves joiners where a script or an emoji needs them, and names them elsewhere", () => {
    expect(harmlessText("می\u200Cخواهم")).toBe("می\u200Cخواهم");
    expect(harmlessText("👩\u200D💻")).toBe("👩\u200D💻");
    expect(harmlessText("pay\u200Dpal")).toBe("pay‹U+200D›pal");
  });

  it("keeps line feeds and tabs", () => {
    expect(harmlessText("a\r\nb\tc")).toBe("a\nb\tc");
  });

  it("takes down towers of combining marks", () => {
    expect(harmlessText(`a${"\u0301".repeat(40)}b`)).toBe(`a${"\u0301".repeat(3)}b`);
  });

  it("is clipped between characters", () => {
    expect(clip("ab😀", 3)).toEqual({ head: "ab", rest: 2 });
    expect(harmlessText("x".repeat(10_000), 5)).toBe("xxxxx…");
  });
});
