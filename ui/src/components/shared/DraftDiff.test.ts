import { render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import DraftDiff from "./DraftDiff.svelte";

it("shows added and removed words by more than colour, and keeps the text as it is", () => {
  render(DraftDiff, { before: "Bonjour, ce moment est difficile.", after: "Bonjour Madame, ce contrôle est difficile." });
  const diff = screen.getByTestId("diff");
  expect([...diff.querySelectorAll("ins")].map((part) => part.textContent)).toEqual(["Ajouté :  Madame", "Ajouté : contrôle"]);
  expect([...diff.querySelectorAll("del")].map((part) => part.textContent)).toEqual(["Retiré : moment"]);
  for (const label of diff.querySelectorAll(".sr-only")) label.remove();
  for (const removed of diff.querySelectorAll("del")) removed.remove();
  expect(diff.textContent).toBe("Bonjour Madame, ce contrôle est difficile.");
});
