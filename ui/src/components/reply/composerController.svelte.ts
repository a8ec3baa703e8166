/**
 * The reply being written to the open conversation: its text, where it began, what it will do when it is sent, and its autosave.
 *
 * What review asks of it is the desk's decision; this shows the number that the desk gave for an unchanged and for a changed text.
 * A draft is never lost: it is saved after a pause in typing, and before another conversation opens.
 */
import type { App } from "$lib/app/app.svelte";
import { t, tn } from "$lib/i18n/i18n.svelte";
import type { IpcError, Reply } from "$lib/ipc/backend";
import type { ConversationView } from "$lib/ipc/generated/ConversationView";
import type { MessageView } from "$lib/ipc/generated/MessageView";
import type { SuggestionView } from "$lib/ipc/generated/SuggestionView";
import { fillOf } from "$lib/text/length";
import { isChanged } from "$lib/text/wordDiff";

export const autosaveMs = 600;

/** How a suggestion goes into the text: instead of it, or at the cursor. */
export type Insertion = { how: "replace" | "insert"; text: string };

type Doors = {
  /** Takes the open conversation; false when somebody else holds it. */
  take: () => Promise<boolean>;
  /** Asks for the open conversation again. */
  refresh: () => Promise<unknown>;
};

export class ComposerController {
  readonly #app: App;
  readonly #doors: Doors;

  view = $state.raw<ConversationView | null>(null);
  text = $state("");
  reply = $state<string | null>(null);
  cannedText = $state<string | null>(null);
  saving = $state(false);
  sending = $state(false);
  /** A text in review is shown locked until its author asks to change it. */
  unlocked = $state(false);
  #savedText = $state("");
  #seen = $state(0);
  #savedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #taking: Promise<boolean> | null = null;

  constructor(app: App, doors: Doors) {
    this.#app = app;
    this.#doors = doors;
  }

  readonly draft = $derived.by(() => this.view?.draft ?? null);
  readonly dirty = $derived.by(() => this.text !== this.#savedText);
  readonly changed = $derived.by(() => isChanged(this.cannedText, this.text));
  readonly fill = $derived.by(() => fillOf(this.view?.limit ?? { length: null, unit: "characters" }, this.text));

  /** Levels of review that this text would go through; 0 sends at once. */
  readonly levels = $derived.by(() => (this.changed ? this.view?.levels_changed : this.view?.levels_unchanged) ?? 0);

  readonly heldByOther = $derived.by(() => {
    const row = this.view?.row;
    return row !== undefined && row.holder !== null && !row.held_by_me ? row.holder : null;
  });

  /** In review, or already on its way: the text cannot be typed in as it stands. */
  readonly locked = $derived.by(() => {
    const state = this.draft?.state;
    if (state === "awaiting_review") return !this.unlocked;
    return state === "approved" || state === "released";
  });

  /** What the citizen wrote since the author began; a send is refused until it is read. */
  readonly unread = $derived.by((): MessageView[] =>
    (this.view?.messages ?? []).filter(({ id, direction }) => direction === "in" && id > this.#seen));

  readonly canSend = $derived.by(() =>
    this.text.trim() !== "" && this.fill.state !== "over" && !this.locked && !this.sending && this.heldByOther === null);

  /**
   * Takes what the desk says of the open conversation: a new one, or the same one again. What is being typed stays, and so does a
   * text that was saved after the desk was asked.
   */
  adopt(view: ConversationView | null, askedAt = performance.now()): void {
    const same = view !== null && view.row.conversation === this.view?.row.conversation;
    if (!same) void this.flush();
    const typing = same && (this.dirty || this.saving || askedAt < this.#savedAt);
    const wasInReview = this.draft?.state === "awaiting_review";
    this.view = view;
    if (!typing) {
      this.text = view?.draft?.text ?? "";
      this.#savedText = this.text;
      this.reply = view?.draft?.reply ?? null;
      this.cannedText = view?.draft?.canned_text ?? null;
    }
    if (!same || (wasInReview && this.draft?.state !== "awaiting_review")) this.unlocked = false;
    if (!same || this.text === "") this.acknowledge();
  }

  /** The author has seen everything that is shown. */
  acknowledge(): void {
    this.#seen = Math.max(0, ...(this.view?.messages ?? []).map(({ id }) => id));
  }

  /** The text as it is typed. Who begins to type takes the conversation. */
  edit(text: string): void {
    this.text = text;
    if (text.trim() === "") this.#forgetOrigin();
    if (this.view?.row.held_by_me === false) void this.#take();
    clearTimeout(this.#timer);
    if (this.dirty) this.#timer = setTimeout(() => { void this.flush(); }, autosaveMs);
  }

  /**
   * Says how a suggestion goes in, and remembers where the text began. An empty or untouched text is replaced; what a person wrote
   * is never overwritten.
   */
  async choose(suggestion: SuggestionView): Promise<Insertion | null> {
    if (this.locked || this.heldByOther !== null) return null;
    if (this.view?.row.held_by_me === false && !(await this.#take())) return null;
    const untouched = this.text.trim() === "" || !this.changed;
    this.reply = suggestion.reply;
    this.cannedText = suggestion.text;
    if (untouched) return { how: "replace", text: suggestion.text };
    return { how: "insert", text: suggestion.text };
  }

  /** Saves what is not saved yet. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.dirty || this.view === null || this.sending) return;
    const reply = this.#payload(this.view.row.conversation);
    this.#savedText = reply.text;
    this.saving = true;
    const saved = await this.#app.act(() => this.#app.backend.saveDraft(reply));
    this.saving = false;
    this.#savedAt = performance.now();
    // Not saved and still here: the next pause in typing tries again.
    if (!saved && this.view?.row.conversation === reply.conversation && this.text === reply.text) this.#savedText = "";
  }

  /** Sends, or hands over to review: whatever the desk decides. */
  async send(): Promise<boolean> {
    if (this.view === null || !this.canSend) return false;
    if (this.unread.length > 0) {
      this.acknowledge();
      this.#app.toasts.show({ tone: "info", title: t("reply.unread"), text: t("reply.unread_then_send") });
      return false;
    }
    if (this.view.row.held_by_me || (await this.#take())) return this.#send(this.view);
    return false;
  }

  async #send(view: ConversationView): Promise<boolean> {
    clearTimeout(this.#timer);
    const reply = this.#payload(view.row.conversation);
    this.sending = true;
    const refused = (error: IpcError) => { if (error.code === "conflict") void this.#doors.refresh(); };
    const done = await this.#app.act(async () => {
      const { outcome, levels } = await this.#app.backend.send(reply);
      if (outcome === "submitted") this.#app.toasts.good(t("reply.submitted"), tn("reply.levels", levels));
      else this.#app.toasts.good(t("reply.queued"));
    }, refused);
    this.sending = false;
    if (!done || this.view?.row.conversation !== reply.conversation) return done;
    this.#savedText = this.text;
    this.unlocked = false;
    await this.#doors.refresh();
    return true;
  }

  /** Takes the conversation; letters typed while the desk answers ask no second time. */
  async #take(): Promise<boolean> {
    this.#taking ??= this.#doors.take().finally(() => { this.#taking = null; });
    return this.#taking;
  }

  #payload(conversation: number): Reply {
    return { conversation, text: this.text, reply: this.reply, seen: this.#seen };
  }

  #forgetOrigin(): void {
    this.reply = null;
    this.cannedText = null;
  }
}
