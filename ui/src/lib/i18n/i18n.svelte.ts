/**
 * The window's words in French and English. `t("queue.empty")` gives a sentence, `tn("queue.arrived", 3)` one that agrees with
 * a number, `word("category", row.category)` the name of a word of the desk. Everything reads the current language from a
 * rune, so a change of language repaints what is shown and nothing else.
 */
import type { WindowLanguage } from "$lib/ipc/backend";
import { en } from "./en";
import { fr } from "./fr";

export type Key = keyof typeof fr;
type PluralKey = { [K in Key]: K extends `${infer Base}.other` ? Base : never }[Key];
export type Params = Record<string, string | number>;

const dictionaries: Record<WindowLanguage, Record<Key, string>> = { fr, en };

let language = $state<WindowLanguage>("fr");

/** The language of the window. */
export function currentLanguage(): WindowLanguage {
  return language;
}

export function setLanguage(next: WindowLanguage): void {
  language = next;
}

/** A sentence, with `{name}` places filled. */
export function t(key: Key, params: Params = {}): string {
  return fill(dictionaries[language][key], params);
}

/** A sentence that agrees with a number, which is also its `{n}`. */
export function tn(key: PluralKey, n: number, params: Params = {}): string {
  const form = new Intl.PluralRules(language).select(n) === "one" ? "one" : "other";
  return t(`${key}.${form}` as Key, { n: formatNumber(n), ...params });
}

/** The families of words that come from the desk: `word("signal", "weapon")`. A word that is not known is shown as it is. */
export type WordFamily =
  | "category" | "signal" | "channel" | "why" | "reply_state" | "role" | "inbox_state" | "outbox_state" | "night_state" | "canned"
  | "language" | "error" | "status" | "format" | "unit" | "attachment";

export function word(family: WordFamily, value: string): string {
  return hasWord(family, value) ? t(`${family}.${value}` as Key) : value;
}

/** Does the window know this word? */
export function hasWord(family: WordFamily, value: string): boolean {
  return `${family}.${value}` in dictionaries[language];
}

export function formatNumber(n: number): string {
  return new Intl.NumberFormat(language).format(n);
}

function fill(sentence: string, params: Params): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(params[name] ?? place));
}
