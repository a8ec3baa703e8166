import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { localDate, longSpan, span } from "./dates";
import { en } from "./en";
import { fr } from "./fr";
import { hasWord, setLanguage, t, tn, word, type Key } from "./i18n.svelte";

const keys = Object.keys(fr) as Key[];
const root = join(import.meta.dirname, "../..");

const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !/(i18n[/\\](fr|en)\.ts|\.test\.ts)$/.test(path))
  .map((path) => readFileSync(join(root, path), "utf8"))
  .join("\n");

/** Families reached by `word(…)` or by a template: the words in them come from data. */
const families = new Set([
  ...[...sources.matchAll(/\bword\("([a-z_]+)"/g)].map(([, family]) => family),
  ...[...sources.matchAll(/\bt\(`([a-z_]+)\.\$/g)].map(([, family]) => family),
]);

describe("the dictionaries", () => {
  it("have the same keys, and no empty sentence", () => {
    expect(Object.keys(en).sort()).toEqual([...keys].sort());
    for (const key of keys) {
      expect(fr[key].trim(), key).not.toBe("");
      expect(en[key].trim(), key).not.toBe("");
    }
  });

  it("have the same places to fill", () => {
    const places = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const key of keys) expect(places(en[key]), key).toEqual(places(fr[key]));
  });

  it("have both forms of whatever agrees with a number", () => {
    const forms = keys.filter((key) => /^\w+\.\w+\.(one|other)$/.test(key));
    for (const key of forms) {
      expect(keys).toContain(key.replace(/\.(one|other)$/, ".one"));
      expect(keys).toContain(key.replace(/\.(one|other)$/, ".other"));
    }
  });

  it("hold no sentence that nothing shows", () => {
    const unused = keys.filter((key) => {
      const base = key.replace(/\.(one|other)$/, "");
      return !sources.includes(`"${base}"`) && !families.has(key.slice(0, key.indexOf(".")));
    });
    expect(unused).toEqual([]);
  });

  it("hold every sentence that is asked for", () => {
    const asked = [
      ...[...sources.matchAll(/\bt\(\s*"([a-z_0-9.]+)"/g)].map(([, key]) => key),
      ...[...sources.matchAll(/\blabel: "(keys\.[a-z_0-9]+)"/g)].map(([, key]) => key),
      ...[...sources.matchAll(/\btn\(\s*"([a-z_0-9.]+)"/g)].map(([, key]) => `${key ?? ""}.other`),
    ];
    expect(asked.length).toBeGreaterThan(150);
    expect(asked.filter((key) => !(keys as (string | undefined)[]).includes(key))).toEqual([]);
  });
});

describe("a sentence", () => {
  it("fills its places and agrees with its number, in both languages", () => {
    expect(t("queue.held_by", { name: "Ana" })).toBe("Tenue par Ana");
    expect(tn("queue.arrived", 0)).toBe("0 nouvelle conversation.");
    expect(tn("queue.arrived", 2)).toBe("2 nouvelles conversations.");
    setLanguage("en");
    expect(tn("queue.arrived", 0)).toBe("0 new conversations.");
    expect(tn("queue.arrived", 1)).toBe("1 new conversation.");
  });

  it("a word that the window does not know is shown as it is", () => {
    expect(word("signal", "weapon")).toBe("arme");
    expect(word("signal", "drone")).toBe("drone");
    expect(hasWord("why", "context:past")).toBe(true);
  });
});

describe("times", () => {
  it("use their largest useful unit", () => {
    expect(span(20_000)).toBe("1\u202fmin".replace("\u202f", span(20_000).charAt(1)));
    expect(span(90 * 60_000)).toMatch(/^1\sh$/);
    expect(span(49 * 3_600_000)).toMatch(/^2\sj$/);
    expect(longSpan(3 * 60_000)).toMatch(/^3\sminutes$/);
  });

  it("a night is its own date, whatever the zone of the window", () => {
    expect(localDate("2027-03-28")).toMatch(/28 mars/);
    expect(localDate("soon")).toBe("soon");
  });
});
