/**
 * What waits for validation. A decision names the digest of the text that is shown, so what is approved is what was read; when the
 * text changes under the reader's eyes, the page says so before anything else.
 */
import type { App } from "$lib/app/app.svelte";
import { t } from "$lib/i18n/i18n.svelte";
import type { IpcError } from "$lib/ipc/backend";
import type { ReviewRow } from "$lib/ipc/generated/ReviewRow";

export class ReviewController {
  readonly #app: App;
  rows = $state.raw<ReviewRow[]>([]);
  loading = $state(true);
  selected = $state<number | null>(null);
  /** The text shown is not the one that the reader began with. */
  changedMeanwhile = $state(false);
  /** The text being edited in place; null when nobody edits. */
  editing = $state<string | null>(null);
  deciding = $state(false);
  #selectedAt = 0;

  constructor(app: App) {
    this.#app = app;
  }

  readonly current = $derived.by(() => this.rows.find(({ draft }) => draft.id === this.selected) ?? null);

  async load(): Promise<void> {
    const rows = await this.#app.ask(() => this.#app.backend.reviews());
    this.loading = false;
    if (rows === undefined) return;
    const read = this.current?.draft.digest;
    this.rows = rows;
    if (read !== undefined && this.current !== null && this.current.draft.digest !== read) {
      this.changedMeanwhile = true;
      this.#app.announcer.say(t("review.changed_meanwhile"));
    }
    // What was decided leaves the list; the one that takes its place is next.
    if (this.current === null) this.#selectAt(this.#selectedAt);
    else this.#selectedAt = this.rows.indexOf(this.current);
  }

  select(draft: number): void {
    this.#selectAt(this.rows.findIndex((row) => row.draft.id === draft));
  }

  move(by: 1 | -1): void {
    this.#selectAt(this.#selectedAt + by);
  }

  async approve(): Promise<void> {
    await this.#decide(({ draft }) => this.#app.backend.approve(draft.id, draft.digest), t("review.approved"));
  }

  async reject(reason: string): Promise<boolean> {
    return this.#decide(({ draft }) => this.#app.backend.reject(draft.id, draft.digest, reason), t("review.sent_back"));
  }

  beginEdit(): void {
    if (this.current?.may_decide === true) this.editing = this.current.draft.text;
  }

  async saveEdit(): Promise<void> {
    const text = this.editing;
    if (text === null) return;
    const saved = await this.#decide(({ draft }) => this.#app.backend.editInReview(draft.id, draft.digest, text), t("review.edited"));
    // The reader wrote this text: it did not change under their eyes.
    if (saved) this.changedMeanwhile = false;
  }

  async #decide(decision: (row: ReviewRow) => Promise<unknown>, done: string): Promise<boolean> {
    const { current } = this;
    if (current === null || this.deciding) return false;
    this.deciding = true;
    const refused = (error: IpcError) => { if (error.code === "conflict") void this.load(); };
    const decided = await this.#app.act(() => decision(current), refused);
    this.deciding = false;
    if (!decided) return false;
    this.editing = null;
    this.#app.toasts.good(done);
    await this.load();
    return true;
  }

  #selectAt(at: number): void {
    const place = Math.max(0, Math.min(this.rows.length - 1, at));
    const id = this.rows[place]?.draft.id ?? null;
    if (id !== this.selected) {
      this.editing = null;
      this.changedMeanwhile = false;
    }
    this.selected = id;
    this.#selectedAt = place;
  }
}
