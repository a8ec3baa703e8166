/**
 * What every view shares: the door to the desk, who is signed in, the clock, toasts, spoken announcements, shortcuts and the
 * feed of stale events. Made once in `App.svelte`; components take it with `getApp()`.
 */
import { createContext } from "svelte";
import type { Backend } from "$lib/ipc/backend";
import { IpcError } from "$lib/ipc/backend";
import type { SessionView } from "$lib/ipc/generated/SessionView";
import { StaleFeed } from "$lib/ipc/stale";
import { hasWord, word } from "$lib/i18n/i18n.svelte";
import { Keyboard } from "$lib/keys/keyboard";
import { Announcer } from "./announcer.svelte";
import { Toasts } from "./toasts.svelte";

export class App {
  readonly backend: Backend;
  readonly keyboard = new Keyboard();
  readonly stale = new StaleFeed();
  readonly toasts = new Toasts();
  readonly announcer = new Announcer();

  session = $state.raw<SessionView | null>(null);
  /** The instant that relative times are shown against; moves twice a minute. */
  now = $state(Date.now());

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Starts the clock and the feed; the returned function ends both. */
  run(): () => void {
    const clock = setInterval(() => { this.now = Date.now(); }, 30_000);
    const listening = this.backend.onStale((event) => { this.stale.push(event); });
    return () => {
      clearInterval(clock);
      void listening.then((stop) => { stop(); });
    };
  }

  /**
   * Asks the desk for something. A refusal becomes a toast and `undefined`; a session that ended leads back to the sign-in.
   */
  async ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (thrown) {
      this.showError(thrown);
      return undefined;
    }
  }

  /** Tells the desk to do something; true when it did. `onRefusal` may look at the reason before it is shown. */
  async act(deed: () => Promise<unknown>, onRefusal?: (error: IpcError) => void): Promise<boolean> {
    try {
      await deed();
      // What was done here is seen here at once, whoever else is told and when.
      this.stale.push({ what: "queue", conversation: null });
      return true;
    } catch (thrown) {
      onRefusal?.(IpcError.from(thrown));
      this.showError(thrown);
      return false;
    }
  }

  showError(thrown: unknown): void {
    const error = IpcError.from(thrown);
    if (error.code === "sign_in" && this.session !== null) this.session = null;
    const title = hasWord("error", error.code) ? word("error", error.code) : word("error", "internal");
    this.toasts.show({ tone: "bad", title, text: [error.message, error.hint].filter((s) => s !== "").join(" ") });
  }
}

const [getApp, setApp] = createContext<App>();
export { getApp, setApp };
