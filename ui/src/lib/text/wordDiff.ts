/** What was changed between a canned text and a draft, word by word. */
import { diffWordsWithSpace } from "diff";

export type Change = { kind: "same" | "added" | "removed"; text: string };

/** Below this share of common signs a text was rewritten: word by word nobody could read what became of it. */
const REWRITTEN = 0.4;

export function wordDiff(before: string, after: string): Change[] {
  const changes = diffWordsWithSpace(before, after).map((part): Change => ({
    kind: part.added ? "added" : part.removed ? "removed" : "same",
    text: part.value,
  }));
  const common = changes.reduce((sum, { kind, text }) => (kind === "same" ? sum + text.trim().length : sum), 0);
  if (common >= REWRITTEN * Math.max(before.length, after.length)) return changes;
  return [
    { kind: "removed", text: before },
    { kind: "same", text: "\n\n" },
    { kind: "added", text: after },
  ];
}

/** The desk's own rule for "changed": surrounding white space does not count; a text from nowhere is changed. */
export function isChanged(cannedText: string | null, text: string): boolean {
  return cannedText === null || cannedText.trim() !== text.trim();
}
