/** The first start of a real workspace, in the real window: somebody makes themselves known, and is asked what to begin with. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "./support/desk.mjs";

test("on the first start the first person signs up and begins with the sample messages", { timeout: 180_000 }, async () => {
  const desk = await Desk.open({ filled: false });
  try {
    await desk.fill("first-name", "Camille Durand");
    await desk.fill("first-login", "camille");
    await desk.fill("first-password", "un mot de passe long");
    await desk.fill("first-again", "un mot de passe long");
    await desk.click("first-create");
    for (const choice of ["begin-samples", "begin-import", "begin-connect"]) await desk.see(choice);
    await desk.click("begin-samples");
    await desk.see("queue-row");
    const [first] = await desk.rows();
    assert.equal(first.category, "emergency");
  } catch (error) {
    await desk.explain("first-start");
    throw error;
  } finally {
    await desk.close();
  }
});
