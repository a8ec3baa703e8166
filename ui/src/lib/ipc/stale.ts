/**
 * Collects `stale` events and passes them on in batches, so that a surge of a thousand messages makes the window ask four
 * times a second and not a thousand times.
 */
import type { StaleEvent } from "./generated/StaleEvent";

export type Topic = "queue" | "conversation" | "review" | "night" | "inboxes" | "people" | "progress";

/** What went stale since the last batch. */
export class StaleBatch {
  readonly #topics = new Set<string>();
  readonly #conversations = new Set<number>();
  #everyConversation = false;

  add(event: StaleEvent): void {
    this.#topics.add(event.what);
    if (event.what !== "conversation") return;
    if (event.conversation === null) this.#everyConversation = true;
    else this.#conversations.add(event.conversation);
  }

  has(...topics: Topic[]): boolean {
    return topics.some((topic) => this.#topics.has(topic));
  }

  /** Does the batch touch this conversation? */
  touches(conversation: number): boolean {
    return this.#everyConversation || this.#conversations.has(conversation);
  }
}

/** Hands batches of stale events to those who show the data. */
export class StaleFeed {
  readonly #listeners = new Set<(batch: StaleBatch) => void>();
  readonly #quietMs: number;
  #batch: StaleBatch | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(quietMs = 250) {
    this.#quietMs = quietMs;
  }

  /** Takes one event. The first of a batch starts its clock, so a steady stream cannot postpone it for ever. */
  push(event: StaleEvent): void {
    if (this.#batch === null) {
      this.#batch = new StaleBatch();
      this.#timer = setTimeout(() => { this.flush(); }, this.#quietMs);
    }
    this.#batch.add(event);
  }

  /** Passes the batch on now. */
  flush(): void {
    clearTimeout(this.#timer);
    const batch = this.#batch;
    this.#batch = null;
    if (batch !== null) for (const listener of this.#listeners) listener(batch);
  }

  /** Listens until the returned function is called; fits an `$effect`. */
  listen(listener: (batch: StaleBatch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
