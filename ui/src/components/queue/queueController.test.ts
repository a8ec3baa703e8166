import { beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "$lib/app/app.svelte";
import { FakeBackend } from "$lib/ipc/fake/fakeBackend";
import { QueueController } from "./queueController.svelte";

let backend: FakeBackend;
let app: App;
let queue: QueueController;

beforeEach(async () => {
  backend = new FakeBackend({ delayMs: 0 });
  await backend.signInDemo(1);
  app = new App(backend);
  queue = new QueueController(app);
  await queue.load();
});

const shown = () => queue.rows.map(({ conversation }) => conversation);

describe("pages", () => {
  it("come one after the other, each row once, until the end", async () => {
    expect(queue.rows).toHaveLength(60);
    while (queue.hasMore) await queue.more();
    expect(queue.rows).toHaveLength(queue.countOf(null));
    expect(new Set(shown()).size).toBe(queue.rows.length);
  });

  it("asked for twice at once comes once", async () => {
    const before = backend.calls.filter((call) => call === "queue").length;
    await Promise.all([queue.more(), queue.more()]);
    expect(backend.calls.filter((call) => call === "queue").length).toBe(before + 1);
    expect(queue.rows).toHaveLength(120);
  });

  it("emergencies are on top, and the counts say how many", () => {
    expect(queue.rows.slice(0, 4).every(({ category }) => category === "emergency")).toBe(true);
    expect(queue.countOf("emergency")).toBe(4);
  });

  it("an answer to an older question is dropped", async () => {
    const slow = queue.show({ category: "thanks" });
    await queue.show({ category: "recruitment" });
    await slow;
    expect(queue.rows.every(({ category }) => category === "recruitment")).toBe(true);
  });
});

describe("when the queue went stale", () => {
  it("the selected row stays selected though an emergency arrives above it", async () => {
    queue.move(1);
    queue.move(1);
    const selected = queue.selected;
    expect(queue.selectedIndex).toBe(1);
    await backend.resolve(queue.rows[0]?.conversation ?? 0);
    backend.receive("à l'aide", "emergency");
    await queue.refresh();
    expect(queue.selected).toBe(selected);
    expect(queue.rows[queue.selectedIndex]?.conversation).toBe(selected);
  });

  it("as many rows are there as were shown", async () => {
    await queue.more();
    queue.lastShown = 110;
    await queue.refresh();
    expect(queue.rows.length).toBeGreaterThanOrEqual(110);
  });

  it("a selected row that is gone gives its place to the next one", async () => {
    queue.select(shown()[3] ?? 0);
    const successor = shown()[4];
    await backend.resolve(queue.selected ?? 0);
    await queue.refresh();
    expect(queue.selectedIndex).toBe(-1);
    expect(queue.move(1)).toBe(successor);
  });

  it("going up from a row that is gone reaches the one above it", async () => {
    queue.select(shown()[3] ?? 0);
    const above = shown()[2];
    await backend.resolve(queue.selected ?? 0);
    await queue.refresh();
    expect(queue.move(-1)).toBe(above);
  });

  it("many events at once become two questions, not many", async () => {
    backend.calls.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => queue.refresh()));
    expect(backend.calls.filter((call) => call === "queue").length).toBeLessThanOrEqual(2);
  });

  it("what is new is said once, with its urgency", async () => {
    vi.useFakeTimers();
    try {
      backend.receive("au secours", "emergency");
      await queue.refresh();
      vi.advanceTimersByTime(2000);
      expect(app.announcer.said).toBe("1 nouvelle conversation. Dont une urgence.");
    } finally {
      vi.useRealTimers();
    }
  });
});

it("a refusal is shown and the rows stay", async () => {
  const before = shown();
  backend.queue = () => Promise.reject(new Error("disk"));
  await queue.refresh();
  expect(shown()).toEqual(before);
  expect(app.toasts.list[0]?.tone).toBe("bad");
});
