/** Lengths as channels count them. The desk checks again before it sends; this is what a person sees while typing. */
import type { LimitView } from "$lib/ipc/generated/LimitView";

const encoder = new TextEncoder();
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * How long `text` is in `unit`: `characters` (Unicode scalar values, as Rust's `chars`), `bytes` (UTF-8), `utf16` (as JavaScript
 * counts), `graphemes` (what a reader calls a character). An unknown unit counts as characters.
 */
export function lengthIn(unit: string, text: string): number {
  switch (unit) {
    case "bytes":
      return encoder.encode(text).length;
    case "utf16":
      return text.length;
    case "graphemes":
      return count(segmenter.segment(text));
    default:
      return count(text);
  }
}

/** How a text stands against the channel's limit. */
export type Fill = { length: number; limit: number | null; state: "free" | "near" | "over" };

export function fillOf(limit: LimitView, text: string): Fill {
  const length = lengthIn(limit.unit, text);
  if (limit.length === null) return { length, limit: null, state: "free" };
  if (length > limit.length) return { length, limit: limit.length, state: "over" };
  return { length, limit: limit.length, state: length >= limit.length * 0.9 ? "near" : "free" };
}

function count(items: Iterable<unknown>): number {
  const walk = items[Symbol.iterator]();
  let n = 0;
  while (walk.next().done !== true) n += 1;
  return n;
}
