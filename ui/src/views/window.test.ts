/** The window as a person meets it: sign in, work by keyboard, review; against the fake desk. */
import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import AppRoot from "../App.svelte";
import { FakeBackend } from "$lib/ipc/fake/fakeBackend";

let user = userEvent.setup();
beforeEach(() => { user = userEvent.setup(); });

async function signedIn(login = "ana"): Promise<FakeBackend> {
  const backend = new FakeBackend({ delayMs: 0 });
  render(AppRoot, { backend });
  await user.click(await screen.findByTestId(`sign-in-${login}`));
  await screen.findAllByTestId("queue-row");
  return backend;
}

describe("signing in", () => {
  it("in the demo workspace is one click on a person", async () => {
    await signedIn("bruno");
    expect(screen.getByText("Bruno Keller")).toBeVisible();
    expect(screen.getByTestId("nav-queue")).toHaveAttribute("aria-current", "page");
  });

  it("by password says a refusal beside the form and empties the password", async () => {
    render(AppRoot, { backend: new FakeBackend({ delayMs: 0, demo: false }) });
    await user.type(await screen.findByTestId("login"), "ana");
    await user.type(screen.getByTestId("password"), "wrong");
    await user.click(screen.getByTestId("sign-in"));
    expect(await screen.findByRole("alert")).toHaveTextContent("pas le bon");
    expect(screen.getByTestId("password")).toHaveValue("");
    await user.type(screen.getByTestId("password"), "planton");
    await user.click(screen.getByTestId("sign-in"));
    expect(await screen.findByTestId("sign-out")).toBeVisible();
  });

  it("the first start makes the first person, then asks what to begin with", async () => {
    render(AppRoot, { backend: new FakeBackend({ delayMs: 0, first: true, demo: false }) });
    await user.type(await screen.findByTestId("first-name"), "Léa Roy");
    await user.type(screen.getByTestId("first-login"), "lea");
    await user.type(screen.getByTestId("first-password"), "un long mot de passe");
    await user.type(screen.getByTestId("first-again"), "un autre");
    expect(screen.getByTestId("first-create")).toBeDisabled();
    await user.clear(screen.getByTestId("first-again"));
    await user.type(screen.getByTestId("first-again"), "un long mot de passe");
    await user.click(screen.getByTestId("first-create"));
    await user.click(await screen.findByTestId("begin-samples"));
    await waitFor(() => { expect(screen.getAllByTestId("queue-row").length).toBeGreaterThan(3); });
  });

  it("signing out leads back to the sign-in", async () => {
    await signedIn();
    await user.click(screen.getByTestId("sign-out"));
    expect(await screen.findByTestId("sign-in-ana")).toBeVisible();
  });

  it("a desk that cannot be opened says why, and what to do", async () => {
    const backend = new FakeBackend({ delayMs: 0 });
    backend.start = () => Promise.reject(Object.assign(new Error("La base est plus récente que ce programme."), { code: "store", hint: "Mettez Planton à jour." }));
    render(AppRoot, { backend });
    expect(await screen.findByText(/plus récente/)).toHaveTextContent("Mettez Planton à jour.");
  });
});

describe("answering by keyboard", () => {
  it("from the first row to the review, without a mouse", async () => {
    await signedIn();
    expect(screen.getAllByTestId("queue-row")[0]).toHaveAttribute("data-category", "emergency");
    await user.keyboard("j{Enter}");
    await waitFor(() => { expect(screen.getByTestId("release")).toBeVisible(); });
    const pane = screen.getByTestId("conversation");
    expect(within(pane).getAllByText(/right now|beating/).length).toBeGreaterThan(0);

    await user.keyboard("1");
    const field = screen.getByTestId<HTMLTextAreaElement>("composer");
    await waitFor(() => { expect(field.value).toContain("17"); });
    expect(field).toHaveFocus();
    expect(screen.getByTestId("send")).toHaveTextContent("Envoyer");
    expect(screen.getByTestId("will")).toHaveTextContent("Part directement.");

    await user.type(field, " Courage.");
    expect(screen.getByTestId("send")).toHaveTextContent("Soumettre");
    expect(screen.getByTestId("will")).toHaveTextContent("Part en validation (1 niveau).");
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(await screen.findByTestId("toast")).toHaveTextContent("Soumise à validation");
    expect(await screen.findByTestId("in-review")).toBeVisible();
  });

  it("letters in the reply stay letters", async () => {
    const backend = await signedIn();
    await user.keyboard("j{Enter}");
    await waitFor(() => { expect(screen.getByTestId("release")).toBeVisible(); });
    await user.keyboard("e");
    const field = screen.getByTestId<HTMLTextAreaElement>("composer");
    expect(field).toHaveFocus();
    backend.calls.length = 0;
    await user.keyboard("jnxs12?/");
    expect(field.value).toBe("jnxs12?/");
    expect(backend.calls).not.toContain("resolve");
    expect(backend.calls).not.toContain("next_conversation");
    await user.keyboard("{Escape}");
    expect(field).not.toHaveFocus();
  });

  it("the selected row stays selected when news arrive", async () => {
    const backend = await signedIn();
    await user.keyboard("jjj");
    const selected = () => document.querySelector("[role=option][aria-selected=true]")?.getAttribute("data-conversation");
    await waitFor(() => { expect(selected()).toBeTruthy(); });
    const before = selected();
    backend.receive("vite", "emergency");
    backend.receive("merci", "thanks");
    await waitFor(() => { expect(screen.getByTestId("filter-all")).toHaveTextContent("153"); }, { timeout: 2000 });
    expect(selected()).toBe(before);
  });

  it("n takes the most urgent conversation that nobody holds", async () => {
    await signedIn();
    await user.keyboard("n");
    await waitFor(() => { expect(screen.getByTestId("release")).toBeVisible(); });
    expect(screen.getByTestId("conversation")).toHaveAttribute("data-conversation", "4");
  });

  it("Ctrl+K finds an act by its name", async () => {
    await signedIn();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByTestId("palette"), "nuit{Enter}");
    await waitFor(() => { expect(screen.getByTestId("nav-night")).toHaveAttribute("aria-current", "page"); });
  });

  it("? shows every key on offer", async () => {
    await signedIn();
    await user.keyboard("?");
    const sheet = await screen.findByRole("dialog");
    expect(sheet).toHaveTextContent("Ouvrir et prendre");
    expect(sheet).toHaveTextContent("Insérer la proposition 3");
  });
});

describe("learning", () => {
  const text = "Est-ce que la piscine est ouverte demain ?";

  it("a category corrected by one key is learned: a similar message says so, and the settings list it", async () => {
    const backend = await signedIn();
    await user.keyboard("j{Enter}");
    await waitFor(() => { expect(screen.getByTestId("release")).toBeVisible(); });
    const id = Number(screen.getByTestId("conversation").dataset.conversation);
    backend.receive(text, "other", id);
    await within(screen.getByTestId("conversation")).findByText(text);
    await user.keyboard("c");
    const choice = await waitFor(() => {
      const found = [...document.querySelectorAll<HTMLElement>("[role=menuitem]")].find((item) => item.textContent.includes("Témoignage"));
      if (found === undefined) throw new Error("The menu of categories is not open.");
      return found;
    });
    await user.click(choice);
    await waitFor(() => { expect(backend.calls).toContain("correct_category"); });
    expect(screen.queryByTestId("learned-mark")).toBeNull();

    backend.receive(text, "incident", id);
    expect(await screen.findByTestId("learned-mark")).toHaveTextContent("appris ici");
    expect(screen.getByTestId("learned-why")).toHaveTextContent("Appris ici : quelqu'un de l'équipe a corrigé un message semblable");

    await user.keyboard("gs");
    expect(await screen.findByTestId("learned-row")).toHaveTextContent(/Autre.*Témoignage.*Ana Morel/);
    expect(screen.queryByTestId("forget-learned")).toBeNull();
  });

  it("a supervisor forgets everything, after being asked", async () => {
    const backend = await signedIn("bruno");
    await backend.correctCategory(100, "witness");
    await user.keyboard("gs");
    await user.click(await screen.findByTestId("forget-learned"));
    expect(await screen.findByRole("dialog")).toHaveTextContent("Les messages déjà corrigés le restent.");
    expect(backend.calls).not.toContain("forget_learned");
    await user.click(screen.getByTestId("forget-learned-confirm"));
    await waitFor(() => { expect(screen.queryByRole("dialog")).toBeNull(); });
    expect(screen.getByTestId("learned-nothing")).toBeVisible();
  });

  it("an alarm in the messages before is said below the message", async () => {
    const backend = await signedIn();
    await user.keyboard("j{Enter}");
    await waitFor(() => { expect(screen.getByTestId("release")).toBeVisible(); });
    const open = backend.conversation;
    backend.conversation = async (...asked) => {
      const view = await open(...asked);
      view.messages.at(-1)?.evidence.push({ start: 0, end: 3, why: "earlier" });
      return view;
    };
    backend.emit("conversation", Number(screen.getByTestId("conversation").dataset.conversation));
    expect(await screen.findByTestId("earlier-why")).toHaveTextContent("Lu avec les messages précédents");
  });
});

describe("reviewing by keyboard", () => {
  it("approves, and sends back with a reason", async () => {
    const backend = await signedIn("bruno");
    await user.keyboard("gr");
    expect(await screen.findAllByTestId("review-row")).toHaveLength(3);
    expect(screen.getByTestId("diff")).toBeVisible();
    await user.keyboard("a");
    await waitFor(() => { expect(screen.getAllByTestId("review-row")).toHaveLength(2); });
    await user.keyboard("r");
    await waitFor(() => { expect(screen.getByTestId("reject-reason")).toHaveFocus(); });
    await user.keyboard("Trop vague, ajoutez le lien.");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await waitFor(() => { expect(screen.getAllByTestId("review-row")).toHaveLength(1); });
    expect(backend.calls.filter((call) => call === "approve" || call === "reject")).toEqual(["approve", "reject"]);
  });
});

it("the night page shows what was sent, and a supervisor may switch it", async () => {
  const backend = await signedIn("bruno");
  await user.keyboard("gn");
  expect(await screen.findAllByTestId("night-sent-row")).toHaveLength(4);
  await user.click(screen.getByTestId("night-switch"));
  await waitFor(() => { expect(backend.calls).toContain("set_night"); });
  expect(await screen.findByText("Arrêtées")).toBeVisible();
});

it("changing the language changes every word at once, and lasts", async () => {
  render(AppRoot, { backend: new FakeBackend({ delayMs: 0 }) });
  await user.click(await screen.findByRole("button", { name: "English" }));
  expect(screen.getByRole("heading")).toHaveTextContent("Who are you?");
  expect(document.documentElement.lang).toBe("en");
  await user.click(screen.getByTestId("sign-in-ana"));
  expect(await screen.findByTestId("nav-queue")).toHaveTextContent("Queue");
});
