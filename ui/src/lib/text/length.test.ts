import { describe, expect, it } from "vitest";
import { fillOf, lengthIn } from "./length";

const family = "👨‍👩‍👧"; // one sign to a reader: three people joined by two joiners
const cases: [text: string, characters: number, bytes: number, utf16: number, graphemes: number][] = [
  ["", 0, 0, 0, 0],
  ["bonjour", 7, 7, 7, 7],
  ["é", 1, 2, 1, 1],
  ["e\u0301", 2, 3, 2, 1],
  ["😀", 1, 4, 2, 1],
  [family, 5, 18, 8, 1],
  ["مرحبا", 5, 10, 5, 5],
];

describe("a length is counted as the channel counts", () => {
  it.each(cases)("%j", (text, characters, bytes, utf16, graphemes) => {
    expect(lengthIn("characters", text)).toBe(characters);
    expect(lengthIn("bytes", text)).toBe(bytes);
    expect(lengthIn("utf16", text)).toBe(utf16);
    expect(lengthIn("graphemes", text)).toBe(graphemes);
  });

  it("an unknown unit counts characters", () => {
    expect(lengthIn("words", "é 😀")).toBe(3);
  });
});

describe("a text against its limit", () => {
  it("is free, then near, then over", () => {
    const limit = { length: 10, unit: "characters" };
    expect(fillOf(limit, "12345678").state).toBe("free");
    expect(fillOf(limit, "123456789").state).toBe("near");
    expect(fillOf(limit, "1234567890").state).toBe("near");
    expect(fillOf(limit, "12345678901").state).toBe("over");
  });

  it("counts bytes where the channel does: 6 accents fill 12", () => {
    expect(fillOf({ length: 10, unit: "bytes" }, "éééééé")).toEqual({ length: 12, limit: 10, state: "over" });
  });

  it("without a limit nothing is ever over", () => {
    expect(fillOf({ length: null, unit: "characters" }, "x".repeat(100_000)).state).toBe("free");
  });
});
