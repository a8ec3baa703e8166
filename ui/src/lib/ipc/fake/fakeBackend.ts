/**
 * A desk in memory, for a plain browser and for tests. It behaves like the real one where the window can tell the difference
 * (claims, levels of review, digests, paging, stale events) and decides nothing else. Nothing in it leaves the page.
 *
 *     const backend = new FakeBackend({ delayMs: 0 });
 *     await backend.signInDemo(1);
 */
import { categories } from "$lib/desk/categories";
import { isChanged } from "$lib/text/wordDiff";
import { IpcError, type Backend, type ImportFormat, type Reply, type WindowLanguage } from "../backend";
import type { DraftView } from "../generated/DraftView";
import type { LearnedRow } from "../generated/LearnedRow";
import type { MailAccountForm } from "../generated/MailAccountForm";
import type { PersonView } from "../generated/PersonView";
import type { QueueFilter } from "../generated/QueueFilter";
import type { SessionView } from "../generated/SessionView";
import type { StaleEvent } from "../generated/StaleEvent";
import { nightSent, nightTexts, nightWindows } from "./night";
import { replies, suggestionsFor } from "./replies";
import { fillers } from "./stories";
import { makeConversations, makeInboxes, makeQuarantine, people, type FakeConversation } from "./world";

export type FakeOptions = { delayMs?: number; now?: () => number; first?: boolean; demo?: boolean };

/**
 * The fake desk of a browser tab: `?first` shows the first start, `?password` the sign-in by password, `?busy` lets a message
 * arrive every second.
 */
export function fakeFromAddress(address: { search: string }): FakeBackend {
  const wishes = new URLSearchParams(address.search);
  const backend = new FakeBackend({ first: wishes.has("first"), demo: !wishes.has("password") && !wishes.has("first") });
  if (wishes.has("busy")) {
    let n = 0;
    setInterval(() => {
      const [category, text] = fillers[n++ % fillers.length] ?? ["other", "?"];
      backend.receive(text, n % 5 === 0 ? "emergency" : category);
    }, 1000);
  }
  return backend;
}

export class FakeBackend implements Backend {
  readonly #delayMs: number;
  readonly #now: () => number;
  readonly #listeners = new Set<(event: StaleEvent) => void>();
  readonly #demo: boolean;
  #firstStart: boolean;
  #inboxes;
  #conversations: FakeConversation[];
  #quarantine;
  #session: SessionView | null = null;
  #nightOn = true;
  /** What people corrected: the row that is shown, and the text by which the very same message is known again. */
  #learned: { row: LearnedRow; text: string }[] = [];
  #nextId = 10_000;
  /** What was asked, in order: tests look here. */
  readonly calls: string[] = [];

  constructor({ delayMs = 30, now = Date.now, first = false, demo = true }: FakeOptions = {}) {
    this.#delayMs = delayMs;
    this.#now = now;
    this.#firstStart = first;
    this.#demo = demo;
    this.#inboxes = first ? [] : makeInboxes(now());
    this.#conversations = first ? [] : makeConversations(this.#inboxes, now());
    this.#quarantine = first ? [] : makeQuarantine(now());
    if (!first) this.#stage();
  }

  /** Some conversations are already under way: a text in review, one sent back, one that nobody knows the fate of. */
  #stage(): void {
    const bruno = people[1]?.name ?? "";
    const ana = people[0]?.name ?? "";
    this.#begin(5, ana, "igpn_link", (canned) => canned.replace("ce moment vous ait marqué", "ce contrôle vous ait choqué, surtout devant votre fille"), "awaiting_review");
    this.#begin(6, ana, "witness_legal_frame", (canned) => `${canned} L'équipe reste à votre écoute.`, "awaiting_review");
    this.#begin(8, bruno, "witness_channel", (canned) => canned, "awaiting_review");
    const back = this.#begin(7, ana, "fine_contest", (canned) => canned.replace("Bonjour", "Bonjour Monsieur Ferrand"), "rejected");
    if (back !== undefined) back.rejection = "Pas de nom de famille dans une réponse, et proposez aussi le téléphone de l'ANTAI.";
    const lost = this.#conversations[12];
    lost?.outbox.push({
      id: 501, conversation: lost.row.conversation, state: "unknown", origin: "operator", text: replies.thanks_ack?.fr ?? "", attempts: 1,
      reason: "La connexion a été coupée après l'envoi : la plateforme n'a pas confirmé.", queued_at: this.#now() - 900_000,
    });
    if (lost !== undefined) lost.row.reply_state = "stuck";
  }

  #begin(id: number, author: string, reply: string, edit: (canned: string) => string, state: string): DraftView | undefined {
    const found = this.#conversations[id - 1];
    const canned = replies[reply]?.fr ?? "";
    if (found === undefined) return undefined;
    found.draft = {
      id: this.#nextId++, conversation: id, author_name: author, mine: false, text: edit(canned), reply, canned_text: canned,
      digest: digest(edit(canned)), state, levels_required: 1, levels_passed: 0, rejection: null, updated_at: this.#now() - 600_000,
    };
    found.row.reply_state = state;
    return found.draft;
  }

  // --- coming in and going out ---

  setLanguage = (_language: WindowLanguage) => Promise.resolve();

  start = () => this.#answer("start", () => ({
    demo: this.#demo, first_start: this.#firstStart, empty: this.#inboxes.length === 0, people: this.#demo ? people : [], version: "0.1.0",
  }));

  createFirstPerson = (login: string, name: string, _password: string) => this.#answer("create_first_person", () => {
    this.#firstStart = false;
    return this.#enter({ id: 3, login, name, role: "administrator", review_level: 1 });
  });

  fillWithSamples = () => this.#answer("fill_with_samples", () => {
    this.#inboxes = makeInboxes(this.#now());
    this.#conversations = makeConversations(this.#inboxes, this.#now());
    this.emit("queue");
  });

  signIn = (login: string, password: string) => this.#answer("sign_in", () => {
    const person = people.find((p) => p.login === login);
    if (person === undefined || password !== "planton") throw refusal("sign_in", "Ce nom ou ce mot de passe n'est pas le bon.");
    return this.#enter(person);
  });

  signInDemo = (id: number) => this.#answer("sign_in_demo", () => {
    const person = people.find((p) => p.id === id);
    if (person === undefined) throw refusal("not_found", "Personne inconnue.");
    return this.#enter(person);
  });

  session = () => this.#answer("session", () => this.#session);
  signOut = () => this.#answer("sign_out", () => { this.#session = null; });

  // --- the queue ---

  queue = (filter: QueueFilter, after: string | null, limit: number) => this.#answer("queue", () => {
    const rows = this.#matching(filter);
    const from = after === null ? 0 : rows.findIndex((row) => String(row.conversation) === after) + 1;
    const page = rows.slice(from, from + limit);
    const last = page.at(-1);
    return { rows: structuredClone(page), next: last !== undefined && from + limit < rows.length ? String(last.conversation) : null };
  });

  counts = () => this.#answer("counts", () => {
    const open = this.#conversations.filter(({ row }) => row.status === "open");
    return {
      open: open.length, by_category: categories.map((category) => ({ category, count: open.filter(({ row }) => row.category === category).length })),
      awaiting_review: open.filter(({ draft }) => draft?.state === "awaiting_review").length,
      stuck: open.filter(({ outbox }) => outbox.some(({ state }) => state === "unknown" || state === "wedged")).length,
      quarantined: this.#quarantine.length, snoozed: this.#conversations.filter(({ row }) => row.status === "snoozed").length,
    };
  });

  nextConversation = () => this.#answer("next_conversation", () => {
    const free = this.#matching({ category: null, status: "open", inbox: null, search: null, mine: false })
      .find((row) => row.holder === null && row.reply_state === "none");
    if (free === undefined) return null;
    this.#hold(free.conversation);
    return free.conversation;
  });

  claim = (id: number) => this.#answer("claim", () => { this.#hold(id); });
  release = (id: number) => this.#answer("release", () => { this.#change(id, { holder: null, held_by_me: false }); });
  snooze = (id: number, _until: number) => this.#answer("snooze", () => { this.#change(id, { status: "snoozed" }); });
  resolve = (id: number) => this.#answer("resolve", () => { this.#change(id, { status: "resolved" }); });
  reopen = (id: number) => this.#answer("reopen", () => { this.#change(id, { status: "open" }); });

  // --- one conversation and its reply ---

  conversation = (id: number, before: number | null, language: WindowLanguage) => this.#answer("conversation", () => {
    const { row, messages, draft, outbox } = this.#find(id);
    return structuredClone({
      row, thread: "direct", messages: before === null ? messages : [], older: null, draft, outbox,
      suggestions: suggestionsFor(row.category, row.signals, row.language, language),
      limit: { length: row.channel === "email" ? null : row.channel === "x" ? 10_000 : 1000, unit: row.channel === "messenger" ? "bytes" : "characters" },
      levels_unchanged: row.category === "complaint" ? 1 : 0, levels_changed: 1,
    });
  });

  correctCategory = (message: number, category: string) => this.#answer("correct_category", () => {
    const found = this.#conversations.find(({ messages }) => messages.some(({ id }) => id === message));
    if (found === undefined) throw refusal("not_found", "Message inconnu.");
    for (const m of found.messages) {
      if (m.id !== message) continue;
      const row = { at: this.#now(), from: m.category ?? "other", to: category, by: this.#session?.person.name ?? "?" };
      this.#learned = [{ row, text: m.text }, ...this.#learned];
      Object.assign(m, { category, evidence: [], learned_at: null, confidence: 1 });
    }
    this.#change(found.row.conversation, { category });
  });

  saveDraft = (reply: Reply) => this.#answer("save_draft", () => {
    if (reply.text.trim() !== "") return structuredClone(this.#write(reply, "draft"));
    this.#find(reply.conversation).draft = null;
    this.#change(reply.conversation, { reply_state: "none" });
    return null;
  });

  send = (reply: Reply) => this.#answer("send", () => {
    const found = this.#find(reply.conversation);
    if (found.messages.some(({ id, direction }) => direction === "in" && id > reply.seen)) {
      throw refusal("conflict", "Un nouveau message est arrivé.", "Lisez-le avant d'envoyer.");
    }
    const draft = this.#write(reply, "draft");
    const levels = isChanged(draft.canned_text, draft.text) || found.row.category === "complaint" ? 1 : 0;
    if (levels > 0) {
      draft.state = "awaiting_review";
      this.#change(reply.conversation, { reply_state: "awaiting_review", holder: null, held_by_me: false });
      this.emit("review");
      return { outcome: "submitted", levels };
    }
    this.#release(found, draft);
    return { outcome: "queued", levels: 0 };
  });

  cancelSend = (entry: number) => this.#answer("cancel_send", () => { this.#dropSend(entry); });
  settleSend = (entry: number, _wasSent: boolean) => this.#answer("settle_send", () => { this.#dropSend(entry); });
  retrySend = (entry: number) => this.#answer("retry_send", () => { this.#dropSend(entry); });

  // --- review ---

  reviews = () => this.#answer("reviews", () => this.#conversations.flatMap(({ row, draft, messages }) => {
    if (draft?.state !== "awaiting_review") return [];
    const own = draft.author_name === this.#session?.person.name;
    const may = !own && (this.#session?.may_review ?? false);
    const why = may ? null : own ? "Vous avez écrit ce texte." : "Votre rôle ne permet pas de valider.";
    return [structuredClone({ draft, row, message: messages.at(-1)?.text ?? "", may_decide: may, why_not: why })];
  }));

  approve = (draft: number, read: string) => this.#answer("approve", () => {
    const found = this.#reviewed(draft, read);
    this.#release(found.conversation, found.draft);
    this.emit("review");
  });

  editInReview = (draft: number, read: string, text: string) => this.#answer("edit_in_review", () => {
    const found = this.#reviewed(draft, read);
    Object.assign(found.draft, { text, digest: digest(text), updated_at: this.#now() });
    this.emit("review");
    return structuredClone(found.draft);
  });

  reject = (draft: number, read: string, reason: string) => this.#answer("reject", () => {
    const found = this.#reviewed(draft, read);
    Object.assign(found.draft, { state: "rejected", rejection: reason });
    this.#change(found.draft.conversation, { reply_state: "rejected" });
    this.emit("review");
  });

  // --- night, accounts, imports ---

  night = () => this.#answer("night", () => ({
    enabled: this.#nightOn, now: false, breaker_open: false, windows: nightWindows(this.#now()), texts: nightTexts(),
    sent: nightSent(this.#now()), waiting: 9,
  }));

  setNight = (enabled: boolean) => this.#answer("set_night", () => { this.#nightOn = enabled; this.emit("night"); });
  inboxes = () => this.#answer("inboxes", () => structuredClone(this.#inboxes));

  addMailAccount = (form: MailAccountForm) => this.#answer("add_mail_account", () => {
    const inbox = {
      id: this.#nextId++, name: form.name, channel: "email", address: form.address, zone: "Europe/Paris", state: "live", last_message_at: null, last_error: null,
    };
    this.#inboxes = [...this.#inboxes, inbox];
    this.emit("inboxes");
    return inbox;
  });

  testInbox = (inbox: number) => this.#answer("test_inbox", () =>
    inbox === 5 ? ["Le serveur refuse le mot de passe."] : ["Serveur de réception : connecté.", "Serveur d'envoi : connecté."]);

  pauseInbox = (id: number, paused: boolean) => this.#answer("pause_inbox", () => {
    this.#inboxes = this.#inboxes.map((inbox) => inbox.id === id ? { ...inbox, state: paused ? "paused" : "live" } : inbox);
    this.emit("inboxes");
  });

  pickImportFile = (folder: boolean) => this.#answer("pick_import_file", () => folder ? "/home/ana/export-facebook" : "/home/ana/export.zip");

  importFile = (_format: ImportFormat, _inbox: string, _path: string) => this.#answer("import_file", () => {
    if (this.#conversations.length === 0) void this.fillWithSamples();
    return { read: 1204, stored: 1187, duplicates: 14, quarantined: 3 };
  });

  quarantine = () => this.#answer("quarantine", () => structuredClone(this.#quarantine));
  resolveQuarantined = (item: number) => this.#answer("resolve_quarantined", () => {
    this.#quarantine = this.#quarantine.filter(({ id }) => id !== item);
    this.emit("queue");
  });

  learned = () => this.#answer("learned", () => ({
    by_category: categories.map((category) => ({ category, count: this.#learned.filter(({ row }) => row.to === category).length })),
    corrections: this.#learned.map(({ row }) => row), choices: 0,
  }));

  forgetLearned = () => this.#answer("forget_learned", () => {
    if (!(this.#session?.may_supervise ?? false)) throw refusal("forbidden", "Votre rôle ne le permet pas.");
    this.#learned = [];
    this.emit("queue");
  });

  onStale = (listener: (event: StaleEvent) => void) => {
    this.#listeners.add(listener);
    return Promise.resolve(() => { this.#listeners.delete(listener); });
  };

  // --- for tests ---

  /** Says that something changed, as the real desk does. */
  emit(what: string, conversation: number | null = null): void {
    for (const listener of this.#listeners) listener({ what, conversation });
  }

  /** A citizen writes: in a conversation that exists, or a copy of the first one under a new id. */
  receive(text: string, judged: string, id = this.#nextId++): number {
    const at = this.#now();
    const learned = judged === "emergency" ? undefined : this.#learned.find((known) => known.text === text)?.row;
    const category = learned?.to ?? judged;
    const evidence = learned === undefined ? [] : [{ start: 0, end: text.length, why: "learned" }];
    const known = this.#conversations.find(({ row }) => row.conversation === id);
    const model = known ?? this.#conversations[0];
    if (model === undefined) throw new Error("The fake desk is empty.");
    const found = known ?? { row: { ...model.row, conversation: id, contact_name: `Contact ${id}`, holder: null, held_by_me: false }, messages: [], draft: null, outbox: [] };
    const sample = model.messages[0];
    if (sample === undefined) throw new Error("The first conversation has no message.");
    found.messages.push({ ...sample, id: this.#nextId++, text, category, evidence, learned_at: learned?.at ?? null, signals: [], sent_at: at, attachments: [] });
    Object.assign(found.row, { category, excerpt: text, waiting_since: found.row.waiting_since ?? at, last_message_at: at, signals: [] });
    if (known === undefined) this.#conversations.push(found);
    this.emit("queue");
    this.emit("conversation", id);
    return id;
  }

  // --- within ---

  async #answer<T>(name: string, work: () => T): Promise<T> {
    this.calls.push(name);
    if (this.#delayMs > 0) await new Promise((done) => setTimeout(done, this.#delayMs));
    return work();
  }

  #enter(person: PersonView): SessionView {
    const supervisor = person.role !== "operator";
    this.#session = { person, may_review: supervisor, may_supervise: supervisor, may_administer: supervisor };
    return this.#session;
  }

  #matching(filter: QueueFilter) {
    const words = filter.search?.toLowerCase() ?? "";
    return this.#conversations.map(({ row }) => row)
      .filter((row) => row.status === (filter.status ?? "open"))
      .filter((row) => filter.category === null || row.category === filter.category)
      .filter((row) => !filter.mine || row.held_by_me)
      .filter((row) => `${row.contact_name} ${row.excerpt}`.toLowerCase().includes(words))
      .sort((a, b) => rank(a.category) - rank(b.category) || (a.waiting_since ?? 0) - (b.waiting_since ?? 0));
  }

  #find(id: number): FakeConversation {
    const found = this.#conversations.find(({ row }) => row.conversation === id);
    if (found === undefined) throw refusal("not_found", "Cette conversation n'existe pas.");
    return found;
  }

  #change(id: number, change: Partial<FakeConversation["row"]>): void {
    Object.assign(this.#find(id).row, change);
    this.emit("queue");
    this.emit("conversation", id);
  }

  #hold(id: number): void {
    const { row } = this.#find(id);
    if (row.holder !== null && !row.held_by_me) throw refusal("conflict", `${row.holder} tient déjà cette conversation.`);
    this.#change(id, { holder: this.#session?.person.name ?? "?", held_by_me: true });
  }

  #write({ conversation, text, reply }: Reply, state: string): DraftView {
    const found = this.#find(conversation);
    const canned = reply === null ? null : (replies[reply]?.[found.row.language === "fr" ? "fr" : "en"] ?? null);
    found.draft = {
      id: found.draft?.id ?? this.#nextId++, conversation, author_name: this.#session?.person.name ?? "?", mine: true, text, reply, canned_text: canned,
      digest: digest(text), state, levels_required: isChanged(canned, text) ? 1 : 0, levels_passed: 0, rejection: null, updated_at: this.#now(),
    };
    this.#change(conversation, { reply_state: "draft" });
    return found.draft;
  }

  #reviewed(id: number, read: string) {
    const conversation = this.#conversations.find(({ draft }) => draft?.id === id);
    const draft = conversation?.draft;
    if (conversation === undefined || draft === undefined || draft === null) throw refusal("not_found", "Ce texte n'existe plus.");
    if (draft.digest !== read) throw refusal("conflict", "Le texte a changé depuis que vous l'avez lu.", "Relisez-le.");
    return { conversation, draft };
  }

  #release(found: FakeConversation, draft: DraftView): void {
    const at = this.#now();
    found.messages.push({
      id: this.#nextId++, direction: "out", kind: "text", author: "operator", operator_name: draft.author_name, sent_at: at, text: draft.text,
      attachments: [], category: null, secondary: null, confidence: null, signals: [], evidence: [], learned_at: null, automatic: false,
    });
    found.draft = null;
    this.#change(found.row.conversation, { reply_state: "sent", waiting_since: null, last_message_at: at, excerpt: draft.text, holder: null, held_by_me: false });
  }

  #dropSend(entry: number): void {
    for (const { row, outbox } of this.#conversations) {
      const at = outbox.findIndex(({ id }) => id === entry);
      if (at < 0) continue;
      outbox.splice(at, 1);
      this.#change(row.conversation, { reply_state: "none" });
    }
  }
}

function rank(category: string): number {
  return categories.findIndex((known) => known === category);
}

function refusal(code: string, message: string, hint = ""): IpcError {
  return new IpcError({ code, message, hint });
}

/** Stands in for the desk's SHA-256: enough to notice a change. */
function digest(text: string): string {
  return [...text].reduce((sum, c) => (sum * 31 + (c.codePointAt(0) ?? 0)) >>> 0, 7).toString(16);
}
