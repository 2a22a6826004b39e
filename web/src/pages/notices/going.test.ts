import { describe, expect, it } from "vitest";
import { totalsNow } from "./going";

const notice = (phase: string) => ({ account: phase, tier: "talked", language: "en", phase, note: "" });
const list = {
  totals: { waiting: 1, sent: 4, in_doubt: 3 },
  notices: ["planned", "claimed", "claimed", "in-doubt"].map(notice),
};

describe("a list of notices", () => {
  it("has those under way on their way, while it is being sent", () => {
    const running = { verb: "send", done: 4, total: 8, here: true };
    expect(totalsNow({ ...list, running })).toEqual({ waiting: 1, sent: 4, in_doubt: 1, being_sent: 2 });
  });

  it("has them in doubt, when nobody is at it", () => {
    expect(totalsNow({ ...list, running: null })).toEqual({ waiting: 1, sent: 4, in_doubt: 3, being_sent: 0 });
  });
});
