import { describe, expect, it } from "vitest";
import { isAffected } from "./affected";

describe("what a change makes old", () => {
  it.each([
    ["/v1/today", "tp-1", "takedown/done", true],
    ["/v1/journal?limit=100", "tp-1", "takedown/done", true],
    ["/v1/takedowns/tp-1", "tp-1", "takedown/done", true],
    ["/v1/takedowns/tp-1/preview?verb=execute", "tp-1", "takedown/done", true],
    ["/v1/takedowns/tp-1?costs=true", "tp-1", "takedown/done", false],
    ["/v1/takedowns/tp-1?costs=true", "tp-1", "takedown/edit", true],
    ["/v1/takedowns/tp-2", "tp-1", "takedown/done", false],
    ["/v1/cases/case-1/words", "case-1", "case/words", true],
    ["/v1/cases/case-1/profiles", "case-1", "case/note", false],
    ["/v1/takedowns?limit=50", "tp-1", "takedown/done", true],
    ["/v1/cases/case-1", "tp-1", "takedown/done", true],
    ["/v1/cases/case-1/map", "tp-1", "takedown/done", false],
    ["/v1/cases/case-1/map", "case-1", "case/accounts", true],
    ["/v1/cases/case-1/map", "case-1", "case/note", false],
    ["/v1/cases/case-1/map", "case-1", "case/link", false],
    ["/v1/cases/case-1", "case-1", "case/link", true],
    ["/v1/cases/case-2", "case-1", "case/note", false],
    ["/v1/notices/nl-1", "tp-1", "takedown/done", false],
    ["/v1/notices/nl-1/previews", "nl-1", "notify/sent", true],
    ["/v1/appeals/summary", "ap-1", "appeal/decide", true],
    ["/v1/freeze", "freeze", "freeze", true],
    ["/v1/takedowns/tp-1", "freeze", "thaw", true],
    ["/v1/settings", "ines", "people/invite", true],
    ["/v1/cases/case-1", "ines", "people/invite", false],
  ])("%s after %s %s: %s", (path, subject, act, affected) => {
    expect(isAffected(path, subject, act)).toBe(affected);
  });
});
