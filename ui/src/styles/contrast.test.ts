import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

/** The value of a token in a theme: [red, green, blue] from 0 to 255. */
function colour(token: string, theme: "light" | "dark"): number[] {
  const value = new RegExp(`--${token}: ([^;]+);`).exec(css)?.[1] ?? "";
  const pair = /^light-dark\((#\w{6}), (#\w{6})\)$/.exec(value);
  const hex = pair === null ? value : (theme === "light" ? pair[1] : pair[2]);
  if (hex === undefined || !/^#\w{6}$/.test(hex)) throw new Error(`--${token} is no colour: ${value}`);
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(rgb: number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: number[], b: number[]): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ["ground", "surface", "surface-raised", "surface-hover", "surface-selected", "surface-sunken"];
const texts: [ink: string, on: string[]][] = [
  ["ink", [...grounds, "accent-soft", "attention-soft", "mark", "mark-emergency", "mark-weakening", "diff-added", "diff-removed", "bubble-in", "bubble-out", "bubble-auto"]],
  ["ink-soft", [...grounds, "bubble-in", "bubble-out", "bubble-auto"]],
  ["accent-ink", [...grounds, "accent-soft"]],
  ["on-accent", ["accent", "accent-hover"]],
  ["on-emergency", ["emergency"]],
  ["emergency-ink", ["surface", "ground", "surface-hover", "surface-selected", "emergency-soft"]],
  ["attention-ink", ["surface", "surface-hover", "surface-selected", "attention-soft"]],
  ["good-ink", ["surface", "surface-hover", "surface-selected", "surface-raised", "good-soft"]],
];

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  it.each(texts.flatMap(([ink, on]) => on.map((ground) => [ink, ground] as const)))("%s can be read on %s", (ink, ground) => {
    expect(contrast(colour(ink, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["surface", "ground"])("the edge of a control can be seen on %s", (ground) => {
    expect(contrast(colour("line-strong", theme), colour(ground, theme))).toBeGreaterThanOrEqual(3);
  });
});
