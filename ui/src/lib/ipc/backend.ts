/**
 * The one door between the window and everything else.
 *
 * What the window asks goes through this interface; what the desk decides comes back as view types that Rust declares
 * (`generated/`). Two implementations exist: `tauri.ts` (the real desk) and `fake/` (believable data in memory, for a plain
 * browser and for tests). Nothing here decides what a person may do: the desk refuses, the window shows the refusal.
 *
 * Adding a command: 1. a method here, 2. one line in `tauri.ts`, 3. its answer in `fake/fakeBackend.ts`.
 */
import type { ConversationView } from "./generated/ConversationView";
import type { CountsView } from "./generated/CountsView";
import type { DraftView } from "./generated/DraftView";
import type { ErrorView } from "./generated/ErrorView";
import type { ImportView } from "./generated/ImportView";
import type { InboxView } from "./generated/InboxView";
import type { LearnedView } from "./generated/LearnedView";
import type { MailAccountForm } from "./generated/MailAccountForm";
import type { NightView } from "./generated/NightView";
import type { QuarantineRow } from "./generated/QuarantineRow";
import type { QueueFilter } from "./generated/QueueFilter";
import type { QueuePage } from "./generated/QueuePage";
import type { ReviewRow } from "./generated/ReviewRow";
import type { SendView } from "./generated/SendView";
import type { SessionView } from "./generated/SessionView";
import type { StaleEvent } from "./generated/StaleEvent";
import type { StartView } from "./generated/StartView";

/** The languages of the window (a citizen's language is another thing: see `QueueRow.language`). */
export type WindowLanguage = "fr" | "en";

/** The file formats that the import reads. */
export const importFormats = ["jsonl", "facebook", "instagram", "x", "whatsapp", "mbox"] as const;
export type ImportFormat = (typeof importFormats)[number];

/** What the composer hands over: the text, the canned response it began from, and the newest message its author had seen. */
export type Reply = { conversation: number; text: string; reply: string | null; seen: number };

export interface Backend {
  /** The language in which the desk phrases errors and reasons from now on. */
  setLanguage(language: WindowLanguage): Promise<void>;

  // Coming in and going out.
  start(): Promise<StartView>;
  createFirstPerson(login: string, name: string, password: string): Promise<SessionView>;
  fillWithSamples(): Promise<void>;
  signIn(login: string, password: string): Promise<SessionView>;
  signInDemo(person: number): Promise<SessionView>;
  session(): Promise<SessionView | null>;
  signOut(): Promise<void>;

  // The queue.
  queue(filter: QueueFilter, after: string | null, limit: number): Promise<QueuePage>;
  counts(): Promise<CountsView>;
  /** Hands out the most urgent conversation that nobody holds, and claims it; null when there is none. */
  nextConversation(): Promise<number | null>;
  claim(conversation: number): Promise<void>;
  release(conversation: number): Promise<void>;
  snooze(conversation: number, until: number): Promise<void>;
  resolve(conversation: number): Promise<void>;
  reopen(conversation: number): Promise<void>;

  // One conversation and its reply.
  conversation(conversation: number, before: number | null, language: WindowLanguage): Promise<ConversationView>;
  correctCategory(message: number, category: string): Promise<void>;
  /** An empty text takes the draft away: null. */
  saveDraft(reply: Reply): Promise<DraftView | null>;
  send(reply: Reply): Promise<SendView>;
  cancelSend(entry: number): Promise<void>;
  settleSend(entry: number, wasSent: boolean): Promise<void>;
  retrySend(entry: number): Promise<void>;

  // Review. A digest says exactly which text was read.
  reviews(): Promise<ReviewRow[]>;
  approve(draft: number, digest: string): Promise<void>;
  editInReview(draft: number, digest: string, text: string): Promise<DraftView>;
  reject(draft: number, digest: string, reason: string): Promise<void>;

  // Night.
  night(): Promise<NightView>;
  setNight(enabled: boolean): Promise<void>;

  // Accounts, imports, what could not be read.
  inboxes(): Promise<InboxView[]>;
  addMailAccount(form: MailAccountForm): Promise<InboxView>;
  testInbox(inbox: number): Promise<string[]>;
  pauseInbox(inbox: number, paused: boolean): Promise<void>;
  /** Opens the system's own file or folder dialog; null when the person cancels. */
  pickImportFile(folder: boolean): Promise<string | null>;
  importFile(format: ImportFormat, inbox: string, path: string): Promise<ImportView>;
  quarantine(): Promise<QuarantineRow[]>;
  resolveQuarantined(item: number): Promise<void>;

  // What triage learned from this desk's people.
  learned(): Promise<LearnedView>;
  forgetLearned(): Promise<void>;

  /** Calls `listener` whenever something shown may have changed; the returned function ends it. */
  onStale(listener: (event: StaleEvent) => void): Promise<() => void>;
}

/** An error of the desk as the window shows it. It never holds a citizen's words or a credential. */
export class IpcError extends Error {
  readonly code: string;
  readonly hint: string;

  constructor(view: ErrorView) {
    super(view.message);
    this.name = "IpcError";
    this.code = view.code;
    this.hint = view.hint;
  }

  /** Makes one of whatever was thrown. */
  static from(thrown: unknown): IpcError {
    if (thrown instanceof IpcError) return thrown;
    if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
      const { code, message } = thrown;
      const hint = "hint" in thrown ? String(thrown.hint) : "";
      return new IpcError({ code: String(code), message: String(message), hint });
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new IpcError({ code: "internal", message, hint: "" });
  }
}
