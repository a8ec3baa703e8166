/**
 * The desk as a whole: which page is shown, the controllers behind the pages, and who asks again when something went stale. It
 * lives as long as a person is signed in, so a draft and a place in the queue outlast a look at another page.
 */
import { ConversationController } from "$components/conversation/conversationController.svelte";
import { NightController } from "$components/night/nightController.svelte";
import { QueueController } from "$components/queue/queueController.svelte";
import { ComposerController } from "$components/reply/composerController.svelte";
import { ReviewController } from "$components/review/reviewController.svelte";
import { SettingsController } from "$components/settings/settingsController.svelte";
import { pages, type Page } from "$components/shell/pages";
import type { App } from "$lib/app/app.svelte";
import { t } from "$lib/i18n/i18n.svelte";
import type { StaleBatch } from "$lib/ipc/stale";

/** How long the selection rests on a row before its conversation is shown: who runs through the list reads nothing by accident. */
export const restMs = 180;

export class DeskController {
  readonly #app: App;
  page = $state<Page>("queue");
  readonly queue: QueueController;
  readonly conversation: ConversationController;
  readonly composer: ComposerController;
  readonly review: ReviewController;
  readonly night: NightController;
  readonly settings: SettingsController;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(app: App) {
    this.#app = app;
    this.queue = new QueueController(app);
    this.composer = new ComposerController(app, {
      take: () => this.conversation.take(),
      refresh: () => this.conversation.refresh(),
    });
    this.conversation = new ConversationController(app, (view, askedAt) => { this.composer.adopt(view, askedAt); });
    this.review = new ReviewController(app);
    this.night = new NightController(app);
    this.settings = new SettingsController(app);
    const wanted = pages.find((page) => location.hash === `#/${page}`);
    if (wanted !== undefined) this.page = wanted;
  }

  async start(): Promise<void> {
    await Promise.all([this.queue.load(), this.#loadPage()]);
  }

  async go(page: Page): Promise<void> {
    this.page = page;
    // The address keeps the page over a reload of the window.
    history.replaceState(null, "", `#/${page}`);
    await this.#loadPage();
  }

  /** Shows a conversation, from wherever the person is. */
  async open(conversation: number): Promise<void> {
    clearTimeout(this.#rest);
    this.queue.select(conversation);
    if (this.page !== "queue") await this.go("queue");
    await this.conversation.open(conversation);
  }

  /** Moves the selection; its conversation is shown once it rests. */
  move(by: 1 | -1): void {
    const conversation = this.queue.move(by);
    if (conversation === null) return;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => { void this.conversation.open(conversation); }, restMs);
  }

  /** Opens the selected conversation and takes it. */
  async take(): Promise<void> {
    const conversation = this.queue.selected ?? this.queue.rows[0]?.conversation;
    if (conversation === undefined) return;
    await this.open(conversation);
    await this.conversation.take();
  }

  /** Asks for the most urgent conversation that nobody holds. */
  async next(): Promise<void> {
    await this.composer.flush();
    const conversation = await this.#app.ask(() => this.#app.backend.nextConversation());
    if (conversation === undefined) return;
    if (conversation === null) {
      this.#app.toasts.show({ tone: "info", title: t("queue.nothing_next"), text: "" });
      return;
    }
    await this.open(conversation);
  }

  /** Puts the open conversation aside and goes on to the one that takes its place. */
  async snooze(until: number): Promise<void> {
    if (await this.conversation.snooze(until)) await this.#goOn();
  }

  async resolve(): Promise<void> {
    if (await this.conversation.resolve()) await this.#goOn();
  }

  async search(words: string): Promise<void> {
    if (this.page !== "queue") await this.go("queue");
    await this.queue.show({ search: words.trim() === "" ? null : words.trim() });
  }

  /** Asks again for what is shown and went stale. */
  async refresh(batch: StaleBatch): Promise<void> {
    const { id } = this.conversation;
    const asked: Promise<unknown>[] = [];
    // The numbers in the navigation come with the queue.
    if (batch.has("queue", "review", "conversation")) asked.push(this.queue.refresh());
    if (id !== null && batch.touches(id)) asked.push(this.conversation.refresh());
    if (batch.has("review") && this.page === "review") asked.push(this.review.load());
    if (batch.has("night", "queue") && this.page === "night") asked.push(this.night.load());
    if (batch.has("inboxes", "progress", "queue") && this.page === "settings") asked.push(this.settings.load());
    await Promise.all(asked);
  }

  /** Another language: what the desk phrased for the reader is asked for again. */
  async rephrase(): Promise<void> {
    await Promise.all([this.conversation.refresh(), this.#loadPage()]);
  }

  async #goOn(): Promise<void> {
    await this.queue.refresh();
    this.conversation.close();
    const conversation = this.queue.move(1);
    if (conversation !== null) await this.conversation.open(conversation);
  }

  async #loadPage(): Promise<void> {
    if (this.page === "review") await this.review.load();
    if (this.page === "night") await this.night.load();
    if (this.page === "settings") await this.settings.load();
  }
}
