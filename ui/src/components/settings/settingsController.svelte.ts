/** Accounts, imports, what was learned here, and what could not be read. */
import type { App } from "$lib/app/app.svelte";
import { t } from "$lib/i18n/i18n.svelte";
import type { ImportFormat } from "$lib/ipc/backend";
import type { ImportView } from "$lib/ipc/generated/ImportView";
import type { InboxView } from "$lib/ipc/generated/InboxView";
import type { LearnedView } from "$lib/ipc/generated/LearnedView";
import type { MailAccountForm } from "$lib/ipc/generated/MailAccountForm";
import type { QuarantineRow } from "$lib/ipc/generated/QuarantineRow";

export class SettingsController {
  readonly #app: App;
  inboxes = $state.raw<InboxView[]>([]);
  quarantine = $state.raw<QuarantineRow[]>([]);
  learned = $state.raw<LearnedView | null>(null);
  /** What the last test of an inbox said, by inbox. */
  tests = $state.raw<Record<number, string[]>>({});
  /** What is under way: "import", "mail", "forget", "test 4". */
  busy = $state<string | null>(null);
  imported = $state.raw<ImportView | null>(null);

  constructor(app: App) {
    this.#app = app;
  }

  async load(): Promise<void> {
    const { backend } = this.#app;
    // What could not be read is a supervisor's to look at: nobody is shown a refusal for what they did not ask.
    const maySeeQuarantine = this.#app.session !== null && this.#app.session.person.role !== "operator";
    const [inboxes, quarantine, learned] = await Promise.all([
      this.#app.ask(() => backend.inboxes()),
      maySeeQuarantine ? this.#app.ask(() => backend.quarantine()) : Promise.resolve([]),
      this.#app.ask(() => backend.learned()),
    ]);
    if (inboxes !== undefined) this.inboxes = inboxes;
    if (quarantine !== undefined) this.quarantine = quarantine;
    if (learned !== undefined) this.learned = learned;
  }

  async test(inbox: number): Promise<void> {
    await this.#while(`test ${inbox.toString()}`, async () => {
      const lines = await this.#app.ask(() => this.#app.backend.testInbox(inbox));
      if (lines === undefined) return;
      this.tests = { ...this.tests, [inbox]: lines };
      this.#app.announcer.say(lines.join(" "));
    });
  }

  async pause(inbox: number, paused: boolean): Promise<void> {
    await this.#app.act(() => this.#app.backend.pauseInbox(inbox, paused));
    await this.load();
  }

  /** True when the account was added. */
  async addMail(form: MailAccountForm): Promise<boolean> {
    return this.#while("mail", async () => {
      const done = await this.#app.act(() => this.#app.backend.addMailAccount(form));
      if (done) this.#app.toasts.good(t("settings.mail_added"));
      await this.load();
      return done;
    });
  }

  /** Lets the person pick a file or a folder and reads it into an inbox. True when something was read. */
  async pickAndImport(format: ImportFormat, inbox: string, folder: boolean): Promise<boolean> {
    return this.#while("import", async () => {
      const path = await this.#app.ask(() => this.#app.backend.pickImportFile(folder));
      if (path === undefined || path === null) return false;
      this.imported = null;
      const view = await this.#app.ask(() => this.#app.backend.importFile(format, inbox, path));
      await this.load();
      if (view === undefined) return false;
      this.imported = view;
      this.#app.toasts.good(t("import.done"));
      return true;
    });
  }

  /** True when everything that was learned here is forgotten. */
  async forgetLearned(): Promise<boolean> {
    return this.#while("forget", async () => {
      const done = await this.#app.act(() => this.#app.backend.forgetLearned());
      if (done) this.#app.toasts.good(t("learned.forgotten"));
      await this.load();
      return done;
    });
  }

  async resolveQuarantined(item: number): Promise<void> {
    await this.#app.act(() => this.#app.backend.resolveQuarantined(item));
    await this.load();
  }

  async #while<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.busy = what;
    try {
      return await work();
    } finally {
      this.busy = null;
    }
  }
}
