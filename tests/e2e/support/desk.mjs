/**
 * The desk as a person meets it: signing in, pressing keys, looking at what the window shows. A story in `journey.test.mjs` speaks in
 * these words; selectors and waiting live here.
 *
 * Nothing sleeps: every look waits for the window to show what it should, and fails after a while saying what was missing.
 */
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import axe from "axe-core";
import { Key } from "webdriverio";
import { output, publish } from "./output.mjs";
import { openWindow } from "./window.mjs";
import { makeWorkspace } from "./workspace.mjs";

/** A blank page of the window's size makes a smaller picture than this. */
const blankBytes = 8_000;

export class Desk {
  #workspace;
  #window;
  #home;

  constructor(workspace, window, home) {
    this.#workspace = workspace;
    this.#window = window;
    this.#home = home;
  }

  /** Opens a window on a workspace of its own, filled with the sample day unless it is to be the first start. */
  static async open({ filled = true } = {}) {
    assert.ok(process.env.DISPLAY, "There is no screen to open the window on: run this under xvfb-run -a.");
    const workspace = await makeWorkspace({ filled });
    try {
      const window = await openWindow(workspace.env);
      await window.browser.setWindowSize(1280, 800);
      return new Desk(workspace, window, await window.browser.getUrl());
    } catch (error) {
      await workspace.remove();
      throw error;
    }
  }

  async close() {
    try {
      await this.#window.close();
    } finally {
      await this.#workspace.remove();
    }
  }

  get #browser() {
    return this.#window.browser;
  }

  /** Before a story: the page as it comes up for the first time, nobody signed in, in French, whatever the story before left behind. */
  async begin() {
    await this.#browser.execute(() => { localStorage.clear(); });
    await this.#browser.url(this.#home);
    await this.#browser.execute(listenForErrors);
    await this.until("the window shows the sign-in or the desk", () => this.#any("sign-in-alex", "sign-out"));
    if (await this.shows("sign-out")) await this.signOut();
    // The first language is the machine's; pictures and words below are the same on every machine.
    if ((await this.language()) !== "fr") await this.#browser.$("button[lang=fr]").click();
  }

  /** Writes into a field. */
  async fill(testid, text) {
    await (await this.see(testid)).setValue(text);
  }

  // Coming and going.

  /** One click: a demo workspace asks for no password. */
  async signIn(login) {
    await this.click(`sign-in-${login}`);
    await this.see("queue-row");
  }

  async signOut() {
    await this.click("sign-out");
    await this.see("sign-in-alex");
  }

  async go(page) {
    await this.click(`nav-${page}`);
    await this.until(`the ${page} page is shown`, async () => (await this.element(`nav-${page}`).getAttribute("aria-current")) === "page");
  }

  /** Somebody writes, and another program of the workspace takes it in. */
  async arrives(message) {
    await this.#workspace.arrives(message);
  }

  // Looking.

  element(testid, more = "") {
    return this.#browser.$(`[data-testid="${testid}"]${more}`);
  }

  async see(testid, more = "") {
    const element = this.element(testid, more);
    await element.waitForDisplayed({ timeoutMsg: `The window never showed ${testid}${more}.` });
    return element;
  }

  async seeNo(testid, more = "") {
    await this.element(testid, more).waitForExist({ reverse: true, timeoutMsg: `The window still shows ${testid}${more}.` });
  }

  async shows(testid, more = "") {
    return this.element(testid, more).isDisplayed();
  }

  async text(testid, more = "") {
    return (await this.see(testid, more)).getText();
  }

  /** Waits until something is so. */
  async until(what, isSo) {
    await this.#browser.waitUntil(isSo, { timeoutMsg: `It never came true that ${what}.` });
  }

  /** The rows of the queue that are on screen. */
  async rows() {
    return this.#browser.execute(() => [...document.querySelectorAll("[data-testid=queue-row]")].map((row) => ({
      conversation: row.dataset.conversation,
      category: row.dataset.category,
      reply: row.dataset.replyState,
      contact: row.querySelector(".who")?.textContent,
      selected: row.getAttribute("aria-selected") === "true",
      mine: row.querySelector(".holder.mine") !== null,
    })));
  }

  async selected() {
    return (await this.rows()).find(({ selected }) => selected)?.conversation ?? null;
  }

  async row(conversation) {
    return (await this.rows()).find((row) => row.conversation === conversation);
  }

  /** The conversation that is open, by its number. */
  async openConversation() {
    return this.element("conversation").getAttribute("data-conversation");
  }

  /** What was written in the open conversation, oldest first. */
  async messages() {
    return this.#browser.execute(() => [...document.querySelectorAll("[data-testid=message]")].map((message) => ({
      direction: message.dataset.direction,
      automatic: message.classList.contains("automatic"),
      text: message.querySelector(".bubble .text")?.textContent ?? "",
      marks: [...message.querySelectorAll("mark")].map((mark) => mark.firstChild.textContent),
    })));
  }

  /** Is the end of the open conversation on screen? */
  async seesTheEnd() {
    return this.#browser.execute(() => {
      const last = [...document.querySelectorAll("[data-testid=message]")].at(-1)?.getBoundingClientRect();
      return last !== undefined && last.bottom <= innerHeight;
    });
  }

  /** What people of the desk sent in the open conversation. */
  async sentTexts() {
    return (await this.messages()).filter(({ direction, automatic }) => direction === "out" && !automatic).map(({ text }) => text);
  }

  /** Sends that are under way or stuck in the open conversation. */
  async sends() {
    return this.#browser.execute(() => [...document.querySelectorAll("[data-testid^=outbox-]")].map(({ dataset }) => dataset.testid));
  }

  /** What the night page says was sent. */
  async nightReplies() {
    return this.#browser.execute(() => [...document.querySelectorAll("[data-testid=night-sent-row]")].map((row) => ({
      conversation: row.dataset.conversation,
      state: row.dataset.state,
    })));
  }

  /** From a line of the night page to its conversation. */
  async openNightReply(conversation) {
    await this.go("night");
    const name = (await this.see("night-sent-row", `[data-conversation="${conversation}"]`)).$("button");
    await name.waitForClickable();
    await name.click();
    await this.see("conversation", `[data-conversation="${conversation}"]`);
  }

  /** What the review page shows as changed against the canned text. */
  async changes() {
    return this.#browser.execute(() => {
      const words = (kind) => [...document.querySelectorAll(`[data-testid=diff] ${kind}`)].map((change) => change.lastChild.textContent).join("");
      return { added: words("ins"), removed: words("del") };
    });
  }

  async reply() {
    return (await this.see("composer")).getValue();
  }

  async language() {
    return this.#browser.execute(() => document.documentElement.lang);
  }

  async background() {
    return this.#browser.execute(() => getComputedStyle(document.body).backgroundColor);
  }

  /** What has the focus: its test id, else its id. */
  async focus() {
    return this.#browser.execute(() => document.activeElement?.dataset.testid ?? document.activeElement?.id ?? "");
  }

  async dialogTitle() {
    const title = this.#browser.$("[role=dialog] h2, [role=dialog] [data-dialog-title]");
    await title.waitForExist({ timeoutMsg: "No dialog opened." });
    return title.getText();
  }

  async seeNoDialog() {
    await this.#browser.$("[role=dialog]").waitForExist({ reverse: true, timeoutMsg: "A dialog stays open." });
  }

  // Doing.

  async click(testid, more = "") {
    const element = await this.see(testid, more);
    await element.waitForClickable();
    await element.click();
  }

  /** Presses keys one after the other: `press("g", "r")`; a chord is an array: `press([Key.Ctrl, Key.Enter])`. */
  async press(...keys) {
    for (const key of keys) await this.#browser.keys(key);
  }

  /** Types: every key is released before the next, or a double letter would be one. */
  async write(text) {
    const typing = this.#browser.action("key");
    for (const letter of text) typing.down(letter).up(letter);
    await typing.perform();
  }

  /** Chooses from a menu of the bar by what it says. */
  async choose(menu, word) {
    await this.click(menu);
    await this.pick(menu, word);
  }

  /** Chooses from a menu that is open. */
  async pick(menu, word) {
    // The menu is drawn anew while it finds its place; an item found too early is looked for again.
    await this.until(`the menu ${menu} offers ${word}`, async () => {
      const item = this.#browser.$(`//*[@role="menu"]//*[@role="menuitem"][contains(., "${word}")]`);
      if (!(await item.isClickable())) return false;
      await item.click();
      return true;
    });
    await this.#browser.$("[role=menu]").waitForExist({ reverse: true, timeoutMsg: `The menu ${menu} stays open.` });
  }

  /** Lists the open conversations, those put aside or those resolved. */
  async list(status) {
    await this.#browser.$("section.queue select").selectByAttribute("value", status);
  }

  async reload() {
    await this.#browser.refresh();
    await this.#browser.execute(listenForErrors);
  }

  // Judging.

  /** What the accessibility rules find wrong with the page as it stands; empty when nothing. */
  async faults() {
    await this.#settle();
    if (!(await this.#browser.execute(() => "axe" in window))) await this.#browser.execute(axe.source);
    const violations = await this.#browser.executeAsync((done) => {
      window.axe.run().then(
        (found) => { done(found.violations); },
        (error) => { done([{ id: "axe", impact: "critical", help: String(error), nodes: [] }]); },
      );
    });
    return violations.map(({ id, impact, help, nodes }) => `${id} (${impact}): ${help}: ${nodes.slice(0, 3).map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`).join(" | ")}`);
  }

  /** A picture of the window, once it has come to rest. */
  async picture(name) {
    await this.#settle();
    const file = await output(`${name}.png`);
    await this.#browser.saveScreenshot(file);
    assert.ok((await stat(file)).size > blankBytes, `The picture ${name} is blank.`);
    await publish(`${name}.png`);
  }

  /** Errors that the page reported since it came up. */
  async errors() {
    return this.#browser.execute(() => window.reportedErrors ?? []);
  }

  /** What somebody needs who must find out why a story failed. */
  async explain(story) {
    const name = `failed ${story}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, 60);
    try {
      await this.#browser.saveScreenshot(await output(`${name}.png`));
      console.error(`A picture of the window is in tests/e2e/output/${name}.png.`);
      console.error("Errors of the page:", await this.errors());
    } catch (error) {
      console.error("The window does not answer:", error.message);
    }
    console.error(`The program said:\n${(await this.#window.said()).split("\n").slice(-40).join("\n")}`);
  }

  async #any(...testids) {
    const shown = await Promise.all(testids.map((testid) => this.shows(testid)));
    return shown.includes(true);
  }

  /** Two frames after the last transition the screen shows what the page says. */
  async #settle() {
    await this.#browser.executeAsync((done) => {
      const frames = () => { requestAnimationFrame(() => { requestAnimationFrame(() => { done(); }); }); };
      const ending = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
      Promise.allSettled(ending.map(({ finished }) => finished)).then(frames);
    });
  }
}

/** Runs in the page: keeps what would only be seen in a developer's console. */
function listenForErrors() {
  window.reportedErrors = [];
  const keep = (...words) => { window.reportedErrors.push(words.map(String).join(" ")); };
  window.addEventListener("error", ({ message }) => { keep(message); });
  window.addEventListener("unhandledrejection", ({ reason }) => { keep("unhandled:", reason); });
  const { error } = console;
  console.error = (...words) => { keep(...words); error(...words); };
}

export { Key };
