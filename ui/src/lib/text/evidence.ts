/** Cuts a text at the words that decided, so that they can be marked. Spans count UTF-16 units and may overlap. */
import type { EvidenceView } from "$lib/ipc/generated/EvidenceView";

/** A run of text and why it is marked; no reasons: plain text. */
export type Run = { text: string; why: string[] };

export function markedRuns(text: string, evidence: EvidenceView[]): Run[] {
  // A span that does not lie in the text (a message edited on the platform) marks nothing.
  const spans = evidence.filter(({ start, end }) => 0 <= start && start < end && end <= text.length);
  const cuts = new Set([0, text.length]);
  for (const { start, end } of spans) cuts.add(start).add(end);
  const edges = [...cuts].sort((a, b) => a - b);

  const runs: Run[] = [];
  for (const [i, start] of edges.entries()) {
    const end = edges[i + 1];
    if (end === undefined) break;
    const why = [...new Set(spans.filter((s) => s.start <= start && end <= s.end).map((s) => s.why))];
    runs.push({ text: text.slice(start, end), why });
  }
  return runs;
}
