import { describe, expect, it } from "vitest";
import { withProfiles } from "./profiles";
import type { Member } from "./types";

const member: Member = {
  account: "acc-001",
  kind: "persona",
  proposed: true,
  probability: 0.9,
  layers: [],
  facts: [],
};

describe("what accounts say of themselves", () => {
  it("stands beside what was found about them", () => {
    const [first, second] = withProfiles(
      [member, { ...member, account: "acc-002" }],
      [{ account: "acc-001", display_name: "Ines Example", place: "Lisbon", time_zone: "Europe/Lisbon" }],
    );
    expect(first).toMatchObject({ display_name: "Ines Example", claimed_place: "Lisbon", handle: null });
    expect(second).toEqual({ ...member, account: "acc-002" });
  });
});
