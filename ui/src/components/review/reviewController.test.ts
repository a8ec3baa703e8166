import { beforeEach, describe, expect, it } from "vitest";
import { App } from "$lib/app/app.svelte";
import { FakeBackend } from "$lib/ipc/fake/fakeBackend";
import { ReviewController } from "./reviewController.svelte";

let backend: FakeBackend;
let app: App;
let review: ReviewController;

beforeEach(async () => {
  backend = new FakeBackend({ delayMs: 0 });
  await backend.signInDemo(2);
  app = new App(backend);
  review = new ReviewController(app);
  await review.load();
});

describe("the review list", () => {
  it("begins with the first text, and goes on to the next when one is decided", async () => {
    const [first, second] = review.rows;
    expect(review.current).toBe(first);
    await review.approve();
    expect(review.rows).toHaveLength(2);
    expect(review.current?.draft.id).toBe(second?.draft.id);
  });

  it("nobody decides their own text", () => {
    review.move(1);
    review.move(1);
    expect(review.current?.draft.author_name).toBe("Bruno Keller");
    expect(review.current?.may_decide).toBe(false);
    review.beginEdit();
    expect(review.editing).toBeNull();
  });

  it("a text that changes while it is read is pointed out, and the old one cannot be approved", async () => {
    const read = review.current?.draft;
    if (read === undefined) throw new Error("nothing to review");
    await backend.editInReview(read.id, read.digest, "Un autre texte.");
    await review.approve();
    expect(app.toasts.list.at(-1)?.tone).toBe("bad");
    await review.load();
    expect(review.changedMeanwhile).toBe(true);
    expect(review.current?.draft.text).toBe("Un autre texte.");
  });

  it("the reader's own edit is no surprise to them", async () => {
    review.beginEdit();
    review.editing = "Bonjour, corrigé.";
    await review.saveEdit();
    expect(review.editing).toBeNull();
    expect(review.changedMeanwhile).toBe(false);
    expect(review.current?.draft.text).toBe("Bonjour, corrigé.");
  });

  it("sends back with a reason", async () => {
    const conversation = review.current?.row.conversation ?? 0;
    expect(await review.reject("Trop long.")).toBe(true);
    expect((await backend.conversation(conversation, null, "fr")).draft?.rejection).toBe("Trop long.");
  });
});
