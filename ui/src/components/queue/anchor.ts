/**
 * Keeps rows from jumping under the hand. When rows come or go above what a person looks at, the list scrolls along by exactly
 * their height, so that the same row stays under the pointer.
 */

/** What the list knows before the rows change. */
export type Place = { ids: number[]; offset: number; rowHeight: number; viewport: number; pointed: number | null; selected: number | null };

/** The offset at which the list shows the new rows without moving the row that is held. */
export function keptOffset(before: Place, after: number[]): number {
  const held = heldRow(before);
  if (held === null) return before.offset;
  const to = after.indexOf(held.id);
  return to < 0 ? before.offset : Math.max(0, before.offset + (to - held.at) * before.rowHeight);
}

/**
 * The row that must not move: the one under the pointer, else the selected one if it can be seen, else the first in view. At the very
 * top with the pointer elsewhere nothing is held, and what is urgent comes in from above where it is seen.
 */
function heldRow({ ids, offset, rowHeight, viewport, pointed, selected }: Place): { id: number; at: number } | null {
  if (pointed === null && offset < rowHeight / 2) return null;
  const inView = (at: number) => at >= 0 && (at + 1) * rowHeight > offset && at * rowHeight < offset + viewport;
  for (const id of [pointed, selected]) {
    const at = id === null ? -1 : ids.indexOf(id);
    if (id !== null && inView(at)) return { id, at };
  }
  const at = Math.ceil(offset / rowHeight);
  const id = ids[at];
  return id === undefined ? null : { id, at };
}

/** New rows that lie above the view: how many, and is one of them an emergency? */
export function hiddenAbove(fresh: { at: number; category: string }[], offset: number, rowHeight: number): { count: number; urgent: boolean } {
  const above = fresh.filter(({ at }) => (at + 0.5) * rowHeight < offset);
  return { count: above.length, urgent: above.some(({ category }) => category === "emergency") };
}
