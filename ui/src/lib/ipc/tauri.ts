/**
 * The real desk behind the window, over Tauri's IPC. Names are the commands of `src-tauri/src/ipc/commands`; Tauri turns
 * camelCase arguments into Rust's snake_case. Nothing is logged here: arguments are private messages.
 */
import { invoke, type InvokeArgs } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { IpcError, type Backend } from "./backend";
import type { StaleEvent } from "./generated/StaleEvent";

async function call<T>(command: string, args?: InvokeArgs): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw IpcError.from(thrown);
  }
}

export const tauriBackend: Backend = {
  setLanguage: (language) => call("set_language", { language }),

  start: () => call("start"),
  createFirstPerson: (login, name, password) => call("create_first_person", { login, name, password }),
  fillWithSamples: () => call("fill_with_samples"),
  signIn: (login, password) => call("sign_in", { login, password }),
  signInDemo: (person) => call("sign_in_demo", { person }),
  session: () => call("session"),
  signOut: () => call("sign_out"),

  queue: (filter, after, limit) => call("queue", { filter, after, limit }),
  counts: () => call("counts"),
  nextConversation: () => call("next_conversation"),
  claim: (conversation) => call("claim", { conversation }),
  release: (conversation) => call("release", { conversation }),
  snooze: (conversation, until) => call("snooze", { conversation, until }),
  resolve: (conversation) => call("resolve", { conversation }),
  reopen: (conversation) => call("reopen", { conversation }),

  conversation: (conversation, before, language) => call("conversation", { conversation, before, language }),
  correctCategory: (message, category) => call("correct_category", { message, category }),
  saveDraft: (reply) => call("save_draft", { ...reply }),
  send: (reply) => call("send", { ...reply }),
  cancelSend: (entry) => call("cancel_send", { entry }),
  settleSend: (entry, wasSent) => call("settle_send", { entry, wasSent }),
  retrySend: (entry) => call("retry_send", { entry }),

  reviews: () => call("reviews"),
  approve: (draft, digest) => call("approve", { draft, digest }),
  editInReview: (draft, digest, text) => call("edit_in_review", { draft, digest, text }),
  reject: (draft, digest, reason) => call("reject", { draft, digest, reason }),

  night: () => call("night"),
  setNight: (enabled) => call("set_night", { enabled }),

  inboxes: () => call("inboxes"),
  addMailAccount: (form) => call("add_mail_account", { form }),
  testInbox: (inbox) => call("test_inbox", { inbox }),
  pauseInbox: (inbox, paused) => call("pause_inbox", { inbox, paused }),
  pickImportFile: (folder) => call("pick_import_file", { folder }),
  importFile: (format, inbox, path) => call("import_file", { format, inbox, path }),
  quarantine: () => call("quarantine"),
  resolveQuarantined: (item) => call("resolve_quarantined", { item }),

  learned: () => call("learned"),
  forgetLearned: () => call("forget_learned"),

  onStale: (listener) => listen<StaleEvent>("stale", (event) => { listener(event.payload); }),
};
