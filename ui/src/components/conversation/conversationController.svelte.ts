/**
 * The conversation that is open: its messages, and what a person may do with it as a whole. The reply has a controller of its own
 * (`components/reply`); the view tells both when the desk says that something changed.
 */
import type { App } from "$lib/app/app.svelte";
import { currentLanguage, t, word } from "$lib/i18n/i18n.svelte";
import type { ConversationView } from "$lib/ipc/generated/ConversationView";
import type { MessageView } from "$lib/ipc/generated/MessageView";
import type { QueueRow } from "$lib/ipc/generated/QueueRow";

/**
 * Hears of every answer of the desk, with the instant of the question: the reply is written to the same conversation, and an answer
 * may be older than what was saved meanwhile.
 */
type Listener = (view: ConversationView | null, askedAt: number) => void;

export class ConversationController {
  readonly #app: App;
  readonly #onview: Listener;
  /** Which conversation is wanted; `view` follows when the desk has answered. */
  id = $state<number | null>(null);
  view = $state.raw<ConversationView | null>(null);
  loading = $state(false);
  #earlier = $state.raw<MessageView[]>([]);
  #older = $state.raw<number | null>(null);
  #question = 0;

  constructor(app: App, onview: Listener = () => undefined) {
    this.#app = app;
    this.#onview = onview;
  }

  /** Everything fetched so far, oldest first. */
  readonly messages = $derived.by(() => {
    const newest = this.view?.messages ?? [];
    const known = new Set(newest.map(({ id }) => id));
    return [...this.#earlier.filter(({ id }) => !known.has(id)), ...newest];
  });

  get hasOlder(): boolean {
    return this.#older !== null;
  }

  get row(): QueueRow | null {
    return this.view?.row ?? null;
  }

  /** The newest message of the citizen: what category and evidence are about. */
  get newestIncoming(): MessageView | undefined {
    return this.messages.findLast(({ direction, kind }) => direction === "in" && kind === "text");
  }

  /** Shows a conversation. True when the desk has answered and nobody has gone on to another one meanwhile. */
  async open(id: number): Promise<boolean> {
    if (id !== this.id) {
      this.id = id;
      this.#earlier = [];
      this.#older = null;
    }
    this.loading = true;
    return this.#load(id, true);
  }

  /** Asks again for what is shown. */
  async refresh(): Promise<boolean> {
    return this.id === null ? false : this.#load(this.id, false);
  }

  close(): void {
    this.#question += 1;
    this.id = null;
    this.view = null;
    this.loading = false;
    this.#onview(null, performance.now());
  }

  async older(): Promise<void> {
    const { id } = this;
    const before = this.#older;
    if (id === null || before === null) return;
    const page = await this.#app.ask(() => this.#app.backend.conversation(id, before, currentLanguage()));
    if (page === undefined || this.id !== id) return;
    this.#earlier = [...page.messages, ...this.#earlier];
    this.#older = page.older;
  }

  /** Takes the open conversation. True when it is held by this person now. */
  async take(): Promise<boolean> {
    const { row } = this;
    if (row === null) return false;
    if (row.held_by_me) return true;
    const taken = await this.#app.act(() => this.#app.backend.claim(row.conversation));
    if (taken) this.#app.announcer.say(t("conversation.taken"));
    await this.refresh();
    return taken;
  }

  async release(): Promise<void> {
    await this.#do((id) => this.#app.backend.release(id), t("conversation.released"));
  }

  async snooze(until: number): Promise<boolean> {
    return this.#do((id) => this.#app.backend.snooze(id, until), t("conversation.snoozed"));
  }

  async resolve(): Promise<boolean> {
    return this.#do((id) => this.#app.backend.resolve(id), t("conversation.resolved"));
  }

  async reopen(): Promise<void> {
    await this.#do((id) => this.#app.backend.reopen(id), t("conversation.reopened"));
  }

  async correct(message: number, category: string): Promise<void> {
    await this.#do(() => this.#app.backend.correctCategory(message, category), t("conversation.corrected", { category: word("category", category) }));
  }

  async cancelSend(entry: number): Promise<void> {
    await this.#do(() => this.#app.backend.cancelSend(entry), t("outbox.cancelled"));
  }

  async settleSend(entry: number, wasSent: boolean): Promise<void> {
    await this.#do(() => this.#app.backend.settleSend(entry, wasSent), t("outbox.settled"));
  }

  async retrySend(entry: number): Promise<void> {
    await this.#do(() => this.#app.backend.retrySend(entry), t("outbox.retried"));
  }

  async #do(deed: (id: number) => Promise<void>, done: string): Promise<boolean> {
    const { id } = this;
    if (id === null) return false;
    const happened = await this.#app.act(() => deed(id));
    if (happened) this.#app.toasts.good(done);
    await this.refresh();
    return happened;
  }

  async #load(id: number, fresh: boolean): Promise<boolean> {
    const question = ++this.#question;
    const askedAt = performance.now();
    const view = await this.#app.ask(() => this.#app.backend.conversation(id, null, currentLanguage()));
    if (question !== this.#question) return false;
    this.loading = false;
    if (view === undefined) {
      if (fresh) this.view = null;
      return false;
    }
    // Whoever has older pages open keeps them: a refresh brings the newest page only.
    if (this.#earlier.length === 0) this.#older = view.older;
    this.view = view;
    this.#onview(view, askedAt);
    return true;
  }
}
