import { beforeEach, describe, expect, it, vi } from "vitest";
import { IpcError, type Backend } from "./backend";
import { tauriBackend } from "./tauri";

const invoke = vi.hoisted(() => vi.fn());
vi.mock("@tauri-apps/api/core", () => ({ invoke }));
vi.mock("@tauri-apps/api/event", () => ({ listen: vi.fn() }));

beforeEach(() => { invoke.mockReset().mockResolvedValue(null); });

const reply = { conversation: 4, text: "Bonjour", reply: null, seen: 9 };
const filter = { category: null, status: "open", inbox: null, search: null, mine: false };
const form = { name: "n", address: "a", imap_host: "i", imap_port: 993, smtp_host: "s", smtp_port: 465, login: "l", password: "p" };

/** Every command with its arguments: the contract with `src-tauri/src/ipc/commands`. */
const contract: { [Name in keyof Backend as Name extends "onStale" ? never : Name]: [Parameters<Backend[Name]>, string, object?] } = {
  setLanguage: [["fr"], "set_language", { language: "fr" }],
  start: [[], "start"],
  createFirstPerson: [["lea", "Léa", "pw"], "create_first_person", { login: "lea", name: "Léa", password: "pw" }],
  fillWithSamples: [[], "fill_with_samples"],
  signIn: [["lea", "pw"], "sign_in", { login: "lea", password: "pw" }],
  signInDemo: [[2], "sign_in_demo", { person: 2 }],
  session: [[], "session"],
  signOut: [[], "sign_out"],
  queue: [[filter, "k", 60], "queue", { filter, after: "k", limit: 60 }],
  counts: [[], "counts"],
  nextConversation: [[], "next_conversation"],
  claim: [[4], "claim", { conversation: 4 }],
  release: [[4], "release", { conversation: 4 }],
  snooze: [[4, 99], "snooze", { conversation: 4, until: 99 }],
  resolve: [[4], "resolve", { conversation: 4 }],
  reopen: [[4], "reopen", { conversation: 4 }],
  conversation: [[4, null, "fr"], "conversation", { conversation: 4, before: null, language: "fr" }],
  correctCategory: [[7, "thanks"], "correct_category", { message: 7, category: "thanks" }],
  saveDraft: [[reply], "save_draft", reply],
  send: [[reply], "send", reply],
  cancelSend: [[5], "cancel_send", { entry: 5 }],
  settleSend: [[5, true], "settle_send", { entry: 5, wasSent: true }],
  retrySend: [[5], "retry_send", { entry: 5 }],
  reviews: [[], "reviews"],
  approve: [[3, "d"], "approve", { draft: 3, digest: "d" }],
  editInReview: [[3, "d", "t"], "edit_in_review", { draft: 3, digest: "d", text: "t" }],
  reject: [[3, "d", "r"], "reject", { draft: 3, digest: "d", reason: "r" }],
  night: [[], "night"],
  setNight: [[false], "set_night", { enabled: false }],
  inboxes: [[], "inboxes"],
  addMailAccount: [[form], "add_mail_account", { form }],
  testInbox: [[1], "test_inbox", { inbox: 1 }],
  pauseInbox: [[1, true], "pause_inbox", { inbox: 1, paused: true }],
  pickImportFile: [[true], "pick_import_file", { folder: true }],
  importFile: [["x", "X", "/p"], "import_file", { format: "x", inbox: "X", path: "/p" }],
  quarantine: [[], "quarantine"],
  learned: [[], "learned"],
  forgetLearned: [[], "forget_learned"],
  resolveQuarantined: [[8], "resolve_quarantined", { item: 8 }],
};

describe("the door to the shell", () => {
  it.each(Object.entries(contract))("%s calls its command with its arguments", async (name, [args, command, sent]) => {
    const method = tauriBackend[name as keyof Backend] as (...given: unknown[]) => Promise<unknown>;
    await method(...args);
    expect(invoke).toHaveBeenCalledWith(command, sent);
  });

  it("a refusal becomes an error with code and hint", async () => {
    invoke.mockRejectedValue({ code: "conflict", message: "Déjà prise.", hint: "Prenez la suivante." });
    await expect(tauriBackend.claim(1)).rejects.toMatchObject({ code: "conflict", message: "Déjà prise.", hint: "Prenez la suivante." });
  });

  it("whatever else is thrown becomes an internal error", () => {
    expect(IpcError.from("panic").code).toBe("internal");
    expect(IpcError.from(new Error("boom")).message).toBe("boom");
  });
});
