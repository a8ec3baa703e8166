/**
 * What people do at the desk, done in the real window: the program as it is built, its web view, its service, a workspace on disk.
 *
 * The stories share one window and one sample day, as people do. Each begins at the sign-in and picks the conversations it needs by
 * what they are, never by name: the sample day may be rewritten.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Desk, Key } from "./support/desk.mjs";

let desk;

before(async () => { desk = await Desk.open(); }, { timeout: 120_000 });
after(() => desk?.close(), { timeout: 30_000 });

function story(name, tell) {
  test(name, { timeout: 120_000 }, async () => {
    try {
      await desk.begin();
      await tell();
      assert.deepEqual(await desk.errors(), [], "the page reported errors");
    } catch (error) {
      await desk.explain(name);
      throw error;
    }
  });
}

story("every page reads well, in light and in dark, also for who cannot see it well", async () => {
  const faults = [];
  const look = async (page, theme) => {
    faults.push(...(await desk.faults()).map((fault) => `${page}, ${theme}: ${fault}`));
    await desk.picture(`${page}-${theme}`);
  };

  // The sign-in offers no choice of theme: it shows the one chosen at the desk before.
  for (const [theme, word] of [["light", "Clair"], ["dark", "Sombre"]]) {
    await desk.signIn("camille");
    await desk.choose("theme", word);
    await desk.signOut();
    await look("sign-in", theme);

    await desk.signIn("camille");
    // Down to the newest emergency: marked words, signals and the help that fits are all on the page.
    const emergencies = Number((await desk.text("filter-emergency")).match(/\d+/)[0]);
    await desk.write("j".repeat(emergencies));
    await desk.until("the selection rests", async () => (await desk.selected()) !== null && (await desk.openConversation()) === (await desk.selected()));
    await desk.see("suggestion-1");
    await look("queue", theme);
    await desk.go("review");
    await desk.see("approve");
    await look("review", theme);
    await desk.go("night");
    await desk.see("night-sent-row");
    await look("night", theme);
    await desk.go("settings");
    await desk.see("inbox-row");
    await look("settings", theme);
    await desk.signOut();
  }
  assert.deepEqual(faults, []);
});

story("an emergency is first; what one person writes another approves, and it is sent once", async () => {
  await desk.signIn("alex");
  const [first] = await desk.rows();
  assert.equal(first.category, "emergency");

  await desk.press(Key.Enter);
  await desk.see("release");
  assert.equal(await desk.openConversation(), first.conversation);
  await desk.until("the queue shows who holds it", async () => (await desk.row(first.conversation))?.mine);
  const marks = (await desk.messages()).flatMap((message) => message.marks);
  assert.ok(marks.length > 0, "the words that decided are marked");

  const canned = await (await desk.see("suggestion-1")).getAttribute("title");
  await desk.press("1");
  await desk.until("the suggestion is in the reply", async () => (await desk.reply()) === canned);
  assert.match(await desk.text("will"), /directement/);
  const ours = " Votre message a été lu par Alex.";
  await desk.write(ours);
  await desk.until("the window says that it goes to review", async () => /validation/.test(await desk.text("will")));
  await desk.press([Key.Ctrl, Key.Enter]);
  await desk.see("in-review");
  assert.deepEqual(await desk.sentTexts(), [], "nothing leaves before somebody has approved it");
  await desk.signOut();

  await desk.signIn("camille");
  await desk.press("g", "r");
  const inReview = `[data-conversation="${first.conversation}"]`;
  await desk.click("review-row", inReview);
  await desk.until("the review shows what was changed", async () => (await desk.changes()).added.trim() === ours.trim());
  assert.equal((await desk.changes()).removed, "");

  // She reads the conversation, comes back and approves.
  await desk.press("o");
  await desk.see("conversation", inReview);
  assert.deepEqual(await desk.sentTexts(), []);
  await desk.press("g", "r");
  await desk.see("approve");
  await desk.press("a");
  await desk.seeNo("review-row", inReview);
  await desk.press("g", "q");
  await desk.see("conversation", inReview);
  await desk.until("the reply is sent", async () => (await desk.sentTexts()).length > 0);
  assert.deepEqual(await desk.sentTexts(), [canned + ours]);
  assert.deepEqual(await desk.sends(), [], "nothing is still on its way");
  await desk.until("the window follows to what was sent", () => desk.seesTheEnd());

  // Nobody waits any more: it has left the queue, and can be found among the resolved.
  await desk.until("it has left the queue", async () => (await desk.row(first.conversation)) === undefined);
  await desk.list("resolved");
  await desk.click("filter-emergency");
  await desk.until("it is listed as sent", async () => (await desk.row(first.conversation))?.reply === "sent");
});

story("a thank-you is answered with an untouched text, which leaves at once", async () => {
  await desk.signIn("alex");
  await desk.click("filter-thanks");
  await desk.until("only thanks are listed", async () => (await desk.rows()).every(({ category }) => category === "thanks"));
  const thanks = (await desk.rows()).find(({ reply }) => reply === "none");
  await desk.click("queue-row", `[data-conversation="${thanks.conversation}"]`);
  const before = await desk.sentTexts();

  await desk.click("take");
  await desk.see("release");
  const canned = await (await desk.see("suggestion-1")).getAttribute("title");
  await desk.press("1");
  await desk.until("the suggestion is in the reply", async () => (await desk.reply()) === canned);
  assert.match(await desk.text("will"), /directement/);
  await desk.press([Key.Ctrl, Key.Enter]);
  await desk.until("the reply is sent", async () => (await desk.sentTexts()).length > before.length);
  assert.deepEqual(await desk.sentTexts(), [...before, canned]);
  assert.deepEqual(await desk.sends(), []);
  await desk.signOut();

  await desk.signIn("camille");
  await desk.go("review");
  await desk.see("approve");
  assert.ok(!(await desk.shows("review-row", `[data-conversation="${thanks.conversation}"]`)), "nobody is asked to review it");
});

story("in the morning the night page shows what was sent, and each conversation still waits for a person", async () => {
  await desk.signIn("alex");
  await desk.press("g", "n");
  await desk.see("night-sent-row");
  const sent = await desk.nightReplies();
  assert.ok(sent.every(({ state }) => state === "sent"), `every night reply went out: ${JSON.stringify(sent)}`);

  // The sample day's people have answered some of them since; the others wait, whatever the night said to them.
  const conversations = [...new Set(sent.map(({ conversation }) => conversation))];
  let waiting = 0;
  for (const conversation of conversations.slice(0, 6)) {
    await desk.openNightReply(conversation);
    const automatic = (await desk.messages()).filter((message) => message.automatic && message.direction === "out");
    assert.ok(automatic.length > 0, "the automatic reply is marked as such");
    // The number comes first: 17, or the one that fits the danger.
    assert.match(automatic[0].text.slice(0, 80), /\b(17|112|114|3114)\b/);
    if (await desk.shows("resolve")) waiting += 1;
  }
  assert.ok(waiting > 0, "a night reply closes no conversation");
});

story("a category corrected by one key is learned: a similar message says that it was learned here, until somebody resets it", async () => {
  const find = async (contact) => {
    let found;
    await desk.until(`${contact} is in the queue`, async () => { found = (await desk.rows()).find((row) => row.contact === contact); return found !== undefined; });
    await desk.click("queue-row", `[data-conversation="${found.conversation}"]`);
    await desk.see("conversation", `[data-conversation="${found.conversation}"]`);
    return found;
  };
  await desk.arrives({ contact: "Paul Essai", text: "Est-ce que la piscine municipale est ouverte demain ?" });
  await desk.signIn("alex");
  await desk.press("/");
  await desk.until("the search waits for words", async () => (await desk.focus()) === "search");
  await desk.write("piscine municipale");
  const first = await find("Paul Essai");
  assert.notEqual(first.category, "thanks");
  assert.ok(!(await desk.shows("learned-mark")));
  await desk.press("c");
  await desk.pick("of categories", "Remerciement");
  await desk.until("the row shows what the person said", async () => (await desk.row(first.conversation))?.category === "thanks");

  await desk.arrives({ contact: "Sonia Essai", text: "Bonjour, est ce que la piscine municipale est ouverte demain svp ?" });
  const next = await find("Sonia Essai");
  assert.equal(next.category, "thanks");
  assert.match(await desk.text("learned-mark"), /appris ici/);
  assert.match(await desk.text("learned-why"), /quelqu'un de l'équipe a corrigé un message semblable/);
  const [message] = await desk.messages();
  assert.ok(message.marks.some((words) => /piscine municipale/.test(words)), `the shared words are marked: ${JSON.stringify(message.marks)}`);
  assert.deepEqual(await desk.faults(), []);

  await desk.go("settings");
  assert.match(await desk.text("learned-row"), /Remerciement[^]*Alex/);
  assert.ok(!(await desk.shows("forget-learned")), "forgetting is a supervisor's");
  assert.deepEqual(await desk.faults(), []);
  await desk.signOut();

  await desk.signIn("camille");
  await desk.go("settings");
  await desk.click("forget-learned");
  await desk.click("forget-learned-confirm");
  await desk.see("learned-nothing");
  await desk.seeNoDialog();
});

story("the window speaks French and English, and keeps what a person chose", async () => {
  await desk.signIn("alex");
  assert.equal(await desk.text("nav-night"), "Nuit");
  await desk.choose("language", "English");
  await desk.until("the window speaks English", async () => (await desk.text("nav-night")) === "Night");
  assert.equal(await desk.language(), "en");

  const light = await desk.background();
  await desk.choose("theme", "Dark");
  await desk.until("the window is dark", async () => (await desk.background()) !== light);
  const dark = await desk.background();

  await desk.reload();
  assert.equal(await desk.text("nav-night"), "Night");
  assert.equal(await desk.background(), dark);

  await desk.choose("theme", "Light");
  await desk.until("the window is light", async () => (await desk.background()) === light);
  await desk.choose("language", "Français");
  await desk.until("the window speaks French", async () => (await desk.text("nav-night")) === "Nuit");
});

story("everything is within reach of the keyboard", async () => {
  await desk.signIn("alex");
  const [first, second] = await desk.rows();
  await desk.press("j");
  await desk.until("the first row is selected", async () => (await desk.selected()) === first.conversation);
  await desk.press("j");
  await desk.until("the second row is selected", async () => (await desk.selected()) === second.conversation);
  await desk.until("the selected conversation is shown", async () => (await desk.openConversation()) === second.conversation);
  await desk.press("k");
  await desk.until("the conversation above is shown", async () => (await desk.openConversation()) === first.conversation);
  assert.ok(!(await desk.row(first.conversation)).mine, "reading takes nothing");

  await desk.press("?");
  assert.match(await desk.dialogTitle(), /raccourcis/i);
  await desk.press(Key.Escape);
  await desk.seeNoDialog();

  await desk.press([Key.Ctrl, "k"]);
  await desk.see("palette");
  await desk.until("the palette waits for words", async () => (await desk.focus()) === "palette");
  await desk.write("nuit");
  await desk.press(Key.Enter);
  await desk.seeNoDialog();
  await desk.see("night-sent-row");
  await desk.press("g", "q");
  await desk.see("queue-row");

  // Whoever writes must be able to write every letter.
  await desk.press("/");
  await desk.until("the search waits for words", async () => (await desk.focus()) === "search");
  await desk.write("jk1");
  assert.equal(await desk.element("search").getValue(), "jk1");
  assert.equal(await desk.openConversation(), first.conversation);
  for (const _ of "jk1") await desk.press(Key.Backspace);
  await desk.press(Key.Escape);
  await desk.until("the queue has the keys again", async () => (await desk.focus()) === "queue-list");
});
