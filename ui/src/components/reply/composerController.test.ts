import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "$lib/app/app.svelte";
import { FakeBackend } from "$lib/ipc/fake/fakeBackend";
import type { Reply } from "$lib/ipc/backend";
import { autosaveMs, ComposerController } from "./composerController.svelte";

let backend: FakeBackend;
let app: App;
let composer: ComposerController;
let open: number;

async function show(conversation: number): Promise<void> {
  open = conversation;
  composer.adopt(await backend.conversation(conversation, null, "fr"));
}

beforeEach(async () => {
  vi.useFakeTimers();
  backend = new FakeBackend({ delayMs: 0 });
  await backend.signInDemo(1);
  app = new App(backend);
  composer = new ComposerController(app, {
    take: async () => {
      const done = await app.act(() => backend.claim(open));
      await show(open);
      return done;
    },
    refresh: () => show(open),
  });
});

afterEach(() => { vi.useRealTimers(); });

/** The first suggestion, put in as the pane does it. */
async function insertFirst(): Promise<string> {
  const suggestion = composer.view?.suggestions[0];
  if (suggestion === undefined) throw new Error("no suggestion");
  const insertion = await composer.choose(suggestion);
  composer.edit(insertion?.text ?? "");
  return insertion?.how ?? "";
}

const thanks = 13; // unchanged thanks leave at once
const complaint = 7;

describe("what sending will do", () => {
  it("an unchanged canned text leaves at once, a changed one goes to review", async () => {
    await show(thanks);
    await insertFirst();
    expect(composer.levels).toBe(0);
    composer.edit(`${composer.text} Bien à vous.`);
    expect(composer.levels).toBe(1);
  });

  it("a complaint goes to review even when nothing was changed", async () => {
    await show(complaint);
    composer.edit("");
    await insertFirst();
    expect(composer.changed).toBe(false);
    expect(composer.levels).toBe(1);
  });

  it("the desk hears text, origin and the newest message seen", async () => {
    await show(thanks);
    const sent = vi.spyOn(backend, "send");
    await insertFirst();
    await composer.send();
    expect(sent).toHaveBeenCalledWith({ conversation: thanks, text: composer.view?.messages.at(-1)?.text ?? "", reply: "thanks_ack", seen: thanks * 100 } satisfies Reply);
    expect(app.toasts.list.at(-1)?.title).toBe("Réponse en route");
    expect(composer.text).toBe("");
  });

  it("an empty text, or one that is too long, does not go", async () => {
    await show(thanks);
    expect(composer.canSend).toBe(false);
    composer.edit("é".repeat(501)); // 1,002 bytes of 1,000
    expect(composer.canSend).toBe(false);
    composer.edit("é".repeat(500));
    expect(composer.canSend).toBe(true);
  });
});

describe("a suggestion", () => {
  it("replaces an untouched one, and never what a person wrote", async () => {
    await show(thanks);
    expect(await insertFirst()).toBe("replace");
    expect(await insertFirst()).toBe("replace");
    composer.edit("Mes propres mots.");
    expect(await insertFirst()).toBe("insert");
  });

  it("takes the conversation that nobody holds", async () => {
    await show(thanks);
    await insertFirst();
    expect(composer.view?.row.held_by_me).toBe(true);
  });

  it("stays out of a conversation that somebody else holds", async () => {
    await show(12);
    expect(composer.heldByOther).toBe("Bruno Keller");
    expect(await insertFirst()).toBe("");
    expect(composer.canSend).toBe(false);
  });
});

describe("a draft", () => {
  it("is saved after a pause in typing, once", async () => {
    await show(thanks);
    await composer.choose({ reply: "thanks_ack", title: "", language: "fr", score: 1, text: "x", why: "", warnings: [] });
    const saved = vi.spyOn(backend, "saveDraft");
    composer.edit("Bon");
    vi.advanceTimersByTime(autosaveMs - 100);
    composer.edit("Bonjour");
    vi.advanceTimersByTime(autosaveMs - 100);
    expect(saved).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(saved).toHaveBeenCalledOnce();
    expect(saved.mock.calls[0]?.[0].text).toBe("Bonjour");
    expect(composer.dirty).toBe(false);
  });

  it("is saved before another conversation opens, to the right one", async () => {
    await show(thanks);
    composer.edit("À garder");
    await show(15);
    await vi.runAllTimersAsync();
    expect(composer.text).toBe("");
    expect((await backend.conversation(thanks, null, "fr")).draft?.text).toBe("À garder");
  });

  it("that could not be saved counts as unsaved", async () => {
    await show(thanks);
    backend.saveDraft = () => Promise.reject(new Error("disk"));
    composer.edit("Fragile");
    await vi.advanceTimersByTimeAsync(autosaveMs);
    expect(composer.text).toBe("Fragile");
    expect(composer.dirty).toBe(true);
  });

  it("being typed survives news of its conversation", async () => {
    await show(thanks);
    composer.edit("En train d'écr");
    await show(thanks);
    expect(composer.text).toBe("En train d'écr");
  });

  it("saved meanwhile is not undone by an older answer", async () => {
    await show(thanks);
    const older = await backend.conversation(thanks, null, "fr");
    const askedAt = performance.now();
    composer.edit("Bonjour");
    await vi.advanceTimersByTimeAsync(autosaveMs);
    expect(composer.dirty).toBe(false);
    composer.adopt(older, askedAt);
    expect(composer.text).toBe("Bonjour");
  });

  it("emptied is taken away", async () => {
    await show(thanks);
    composer.edit("Bonjour");
    await vi.advanceTimersByTimeAsync(autosaveMs);
    composer.edit("");
    await vi.advanceTimersByTimeAsync(autosaveMs);
    expect((await backend.conversation(thanks, null, "fr")).draft).toBeNull();
  });

  it("in review is locked until its author asks to change it", async () => {
    await show(5);
    expect(composer.locked).toBe(true);
    expect(composer.canSend).toBe(false);
    composer.unlocked = true;
    expect(composer.locked).toBe(false);
  });
});

it("a message that arrives while writing is read first, then the reply goes", async () => {
  await show(thanks);
  await insertFirst();
  backend.receive("Au fait, l'équipage était du commissariat de Nantes.", "thanks", thanks);
  await show(thanks);
  expect(composer.unread).toHaveLength(1);
  expect(await composer.send()).toBe(false);
  expect(composer.unread).toHaveLength(0);
  expect(await composer.send()).toBe(true);
});

it("a refusal because somebody wrote meanwhile brings their message", async () => {
  await show(thanks);
  await insertFirst();
  backend.receive("Encore une chose", "thanks", thanks);
  expect(await composer.send()).toBe(false);
  await vi.runAllTimersAsync();
  expect(composer.unread.at(-1)?.text).toBe("Encore une chose");
  expect(composer.text).not.toBe("");
});
