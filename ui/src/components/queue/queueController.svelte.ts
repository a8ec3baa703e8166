/**
 * The queue as one person sees it: a filter, the pages fetched so far, and the selected row.
 *
 * Pages come by key, as the list is scrolled. When the desk says that the queue went stale, the rows shown are asked for again and
 * replaced in one go; the selection is an id and never an index, so it stays on its row whatever arrives above it.
 */
import type { App } from "$lib/app/app.svelte";
import { t, tn } from "$lib/i18n/i18n.svelte";
import type { CountsView } from "$lib/ipc/generated/CountsView";
import type { QueueFilter } from "$lib/ipc/generated/QueueFilter";
import type { QueuePage } from "$lib/ipc/generated/QueuePage";
import type { QueueRow } from "$lib/ipc/generated/QueueRow";

const pageSize = 60;
/** The most that one refresh asks for at a time. */
const refreshSize = 200;

const everything: QueueFilter = { category: null, status: "open", inbox: null, search: null, mine: false };

export class QueueController {
  readonly #app: App;
  filter = $state.raw<QueueFilter>(everything);
  rows = $state.raw<QueueRow[]>([]);
  counts = $state.raw<CountsView | null>(null);
  loading = $state(true);
  /** The selected conversation. It stays selected when its row leaves the list, until the person moves on. */
  selected = $state<number | null>(null);
  /** The last row that the list has on screen; a refresh need not reach further. */
  lastShown = 0;
  #next = $state.raw<string | null>(null);
  /** Where the selected row was last seen: when it is gone, moving on starts here. */
  #selectedAt = 0;
  /** Answers to questions asked before the filter changed are dropped. */
  #question = 0;
  #fetching = false;
  #refreshing: Promise<void> | null = null;
  #refreshAgain = false;

  constructor(app: App) {
    this.#app = app;
  }

  readonly selectedIndex = $derived.by(() => this.rows.findIndex(({ conversation }) => conversation === this.selected));

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** Changes what is shown, and starts from the top. */
  async show(change: Partial<QueueFilter>): Promise<void> {
    this.filter = { ...this.filter, ...change };
    await this.load();
  }

  get isFiltered(): boolean {
    return JSON.stringify(this.filter) !== JSON.stringify(everything);
  }

  async showAll(): Promise<void> {
    await this.show(everything);
  }

  /** Asks for the first page. */
  async load(): Promise<void> {
    const question = ++this.#question;
    this.loading = true;
    this.#fetching = false;
    void this.#count();
    const page = await this.#app.ask(() => this.#app.backend.queue(this.filter, null, pageSize));
    if (question !== this.#question) return;
    this.loading = false;
    if (page === undefined) return;
    this.rows = page.rows;
    this.#next = page.next;
    this.lastShown = 0;
    this.#rememberPlace();
  }

  /** Asks for the next page; the list calls it near its end. */
  async more(): Promise<void> {
    const after = this.#next;
    if (after === null || this.#fetching || this.loading) return;
    const question = this.#question;
    this.#fetching = true;
    const page = await this.#app.ask(() => this.#app.backend.queue(this.filter, after, pageSize));
    if (question !== this.#question) return;
    this.#fetching = false;
    if (page === undefined) return;
    // A row that moved between two questions comes once: the list is keyed by conversation.
    const known = new Set(this.rows.map(({ conversation }) => conversation));
    this.rows = [...this.rows, ...page.rows.filter(({ conversation }) => !known.has(conversation))];
    this.#next = page.next;
  }

  /**
   * Asks again for what is shown. While one answer is under way the next question waits, however many come: on a slow machine a
   * steady stream of events must not keep every answer from arriving.
   */
  async refresh(): Promise<void> {
    if (this.#refreshing !== null) {
      this.#refreshAgain = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#refreshOnce();
    await this.#refreshing;
    this.#refreshing = null;
    if (!this.#refreshAgain) return;
    this.#refreshAgain = false;
    await this.refresh();
  }

  async #refreshOnce(): Promise<void> {
    const question = ++this.#question;
    this.#fetching = false;
    void this.#count();
    const wanted = Math.min(this.rows.length, this.lastShown + pageSize);
    const rows: QueueRow[] = [];
    let next: string | null = null;
    do {
      const after: string | null = next;
      const size = Math.min(refreshSize, Math.max(pageSize, wanted - rows.length));
      const page: QueuePage | undefined = await this.#app.ask(() => this.#app.backend.queue(this.filter, after, size));
      if (question !== this.#question || page === undefined) return;
      rows.push(...page.rows);
      next = page.next;
    } while (next !== null && rows.length < wanted);
    this.loading = false;
    this.#announce(rows);
    this.rows = rows;
    this.#next = next;
    this.#rememberPlace();
  }

  select(conversation: number): void {
    this.selected = conversation;
    this.#rememberPlace();
  }

  /** Moves the selection; from nowhere it goes to the first row. Returns the new selection. */
  move(by: 1 | -1): number | null {
    const at = this.selectedIndex;
    // Where the selected row was is now its successor: going down stays there.
    const wish = this.selected === null ? 0 : at >= 0 ? at + by : by > 0 ? this.#selectedAt : this.#selectedAt - 1;
    const row = this.rows[Math.max(0, Math.min(this.rows.length - 1, wish))];
    if (row === undefined) return null;
    this.select(row.conversation);
    if (wish >= this.rows.length - 5) void this.more();
    return row.conversation;
  }

  /** The next row, from the selected one on, whose send needs a person; fetches pages until there is one. */
  async findStuck(): Promise<number | null> {
    for (;;) {
      const from = this.selectedIndex + 1;
      const order = [...this.rows.slice(from), ...this.rows.slice(0, from)];
      const stuck = order.find(({ reply_state }) => reply_state === "stuck");
      if (stuck !== undefined) return stuck.conversation;
      if (!this.hasMore) return null;
      const before = this.rows.length;
      await this.more();
      if (this.rows.length === before) return null;
    }
  }

  countOf(category: string | null): number {
    if (this.counts === null) return 0;
    if (category === null) return this.counts.open;
    return this.counts.by_category.find((entry) => entry.category === category)?.count ?? 0;
  }

  async #count(): Promise<void> {
    const counts = await this.#app.ask(() => this.#app.backend.counts());
    if (counts !== undefined) this.counts = counts;
  }

  #rememberPlace(): void {
    const at = this.rows.findIndex(({ conversation }) => conversation === this.selected);
    if (at >= 0) this.#selectedAt = at;
  }

  #announce(rows: QueueRow[]): void {
    const known = new Set(this.rows.map(({ conversation }) => conversation));
    const fresh = rows.slice(0, Math.max(this.rows.length, 1)).filter(({ conversation }) => !known.has(conversation));
    if (fresh.length === 0) return;
    const urgent = fresh.filter(({ category }) => category === "emergency").length;
    this.#app.announcer.say(tn("queue.arrived", fresh.length) + (urgent > 0 ? ` ${t("queue.arrived_urgent")}` : ""));
  }
}
