import { describe, expect, it } from "vitest";
import { markedRuns } from "./evidence";
import { isChanged, wordDiff } from "./wordDiff";

describe("evidence", () => {
  it("marks the words and keeps the rest", () => {
    const text = "Il a un couteau, vite";
    expect(markedRuns(text, [{ start: 8, end: 15, why: "weapon" }])).toEqual([
      { text: "Il a un ", why: [] },
      { text: "couteau", why: ["weapon"] },
      { text: ", vite", why: [] },
    ]);
  });

  it("overlapping spans are cut where they meet", () => {
    const runs = markedRuns("abcdef", [{ start: 0, end: 4, why: "emergency" }, { start: 2, end: 6, why: "weapon" }]);
    expect(runs).toEqual([
      { text: "ab", why: ["emergency"] },
      { text: "cd", why: ["emergency", "weapon"] },
      { text: "ef", why: ["weapon"] },
    ]);
  });

  it("spans count UTF-16 units, as emoji do here", () => {
    expect(markedRuns("🙏 aide", [{ start: 3, end: 7, why: "emergency" }])[1]).toEqual({ text: "aide", why: ["emergency"] });
  });

  it("a span outside the text marks nothing and loses nothing", () => {
    const runs = markedRuns("court", [{ start: 2, end: 99, why: "emergency" }, { start: 4, end: 2, why: "emergency" }]);
    expect(runs).toEqual([{ text: "court", why: [] }]);
  });

  it("an empty text has no runs", () => {
    expect(markedRuns("", [])).toEqual([]);
  });
});

describe("what was changed", () => {
  it("is told word by word", () => {
    expect(wordDiff("Bonjour, merci.", "Bonjour Madame, merci.").map(({ kind }) => kind)).toEqual(["same", "added", "same"]);
  });

  it("puts together to the text that would leave, and to the one it came from", () => {
    const before = "Vous pouvez appeler le 17.\nBonne journée.";
    const after = "Vous pouvez toujours appeler le 17 ou le 112.\n\nBonne journée.";
    const parts = wordDiff(before, after);
    expect(parts.filter(({ kind }) => kind !== "removed").map(({ text }) => text).join("")).toBe(after);
    expect(parts.filter(({ kind }) => kind !== "added").map(({ text }) => text).join("")).toBe(before);
  });

  it("white space around a text is no change, a text from nowhere is", () => {
    expect(isChanged("Bonjour.", " Bonjour.\n")).toBe(false);
    expect(isChanged("Bonjour.", "Bonjour !")).toBe(true);
    expect(isChanged(null, "Bonjour.")).toBe(true);
  });
});
