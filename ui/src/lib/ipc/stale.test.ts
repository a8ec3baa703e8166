import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { StaleFeed, type StaleBatch } from "./stale";

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

it("a thousand events become one batch, and a steady stream does not postpone it", () => {
  const feed = new StaleFeed(250);
  const batches: StaleBatch[] = [];
  const stop = feed.listen((batch) => batches.push(batch));
  for (let i = 0; i < 1000; i += 1) {
    feed.push({ what: "conversation", conversation: i % 3 });
    if (i % 100 === 99) vi.advanceTimersByTime(50);
  }
  vi.advanceTimersByTime(250);
  expect(batches).toHaveLength(2);
  expect(batches[0]?.touches(2)).toBe(true);
  expect(batches[0]?.touches(3)).toBe(false);
  expect(batches[0]?.has("queue")).toBe(false);
  stop();
  feed.push({ what: "conversation", conversation: null });
  vi.advanceTimersByTime(250);
  expect(batches).toHaveLength(2);
});

it("an event about every conversation touches each", () => {
  const feed = new StaleFeed();
  let touched = false;
  feed.listen((batch) => { touched = batch.touches(77); });
  feed.push({ what: "conversation", conversation: null });
  feed.flush();
  expect(touched).toBe(true);
});
