import { describe, expect, it } from "vitest";
import { fromBase64Url, toBase64Url } from "./passkey";

describe("bytes of a passkey", () => {
  it("travel as base64url and come back", () => {
    const bytes = Uint8Array.from([0, 255, 254, 62, 63, 1]);
    expect(toBase64Url(bytes)).toBe("AP_-Pj8B");
    expect(fromBase64Url("AP_-Pj8B")).toEqual(bytes);
    expect(toBase64Url(Uint8Array.from([1]))).toBe("AQ");
    expect(fromBase64Url("AQ")).toEqual(Uint8Array.from([1]));
  });
});
