/**
 * Shortcuts. One listener for the window; views bind what they offer while they are shown.
 *
 * The rule that protects a person who writes: while the cursor is in a field, no plain key fires, only Ctrl combinations and
 * Escape. In a dialog or a menu nothing fires at all: these have keys of their own.
 */
import type { Key } from "$lib/i18n/i18n.svelte";

export type ShortcutGroup = "go" | "queue" | "reply" | "review" | "window";

/** One shortcut: `keys` as in "j", "ctrl+Enter", "g q" (two keys, one after the other); several notations mean the same act. */
export type Binding = {
  keys: string[];
  label: Key;
  group: ShortcutGroup;
  run: () => void;
  /** Is there anything to act on now? Without it the key is left to the page. */
  when?: () => boolean;
};

/** How long the second key of a sequence may take. */
const sequenceMs = 1500;

export class Keyboard {
  /** The newest layer is asked first: a view's `a` wins over the window's. */
  readonly #layers: Binding[][] = [];
  #pending: { key: string; at: number } | null = null;

  /** Offers shortcuts until the returned function is called; fits an `$effect`. */
  bind(bindings: Binding[]): () => void {
    this.#layers.unshift(bindings);
    return () => {
      const at = this.#layers.indexOf(bindings);
      if (at >= 0) this.#layers.splice(at, 1);
    };
  }

  /** Everything offered now, the window's own last. */
  all(): Binding[] {
    return this.#layers.flat();
  }

  /** Handles a key; true when a shortcut took it. */
  handle(event: KeyboardEvent, now = event.timeStamp): boolean {
    const chords = chordsOf(event);
    if (chords.length === 0 || event.defaultPrevented || !mayFire(event)) return false;

    const pending = this.#pending !== null && now - this.#pending.at < sequenceMs ? this.#pending.key : null;
    this.#pending = null;
    if (pending !== null && this.#fire(chords.map((chord) => `${pending} ${chord}`), event)) return true;
    if (this.#fire(chords, event)) return true;

    const begins = chords.find((chord) => this.all().some(({ keys }) => keys.some((k) => k.startsWith(`${chord} `))));
    if (begins !== undefined) this.#pending = { key: begins, at: now };
    return false;
  }

  #fire(chords: string[], event: KeyboardEvent): boolean {
    const binding = this.all().find(({ keys, when }) => keys.some((k) => chords.includes(k)) && (when?.() ?? true));
    if (binding === undefined) return false;
    event.preventDefault();
    binding.run();
    return true;
  }
}

/**
 * The names under which a key may be bound. A digit counts by its place too: on a French keyboard the key "1" types "&" unless
 * Shift is held, and the numbered suggestions must work there as anywhere.
 */
export function chordsOf(event: KeyboardEvent): string[] {
  if (event.isComposing || event.altKey || ["Control", "Shift", "Meta", "Alt", "AltGraph", "Dead"].includes(event.key)) return [];
  const modifier = event.ctrlKey || event.metaKey ? "ctrl+" : "";
  const names = [event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key];
  const digit = /^Digit([0-9])$/.exec(event.code)?.[1];
  if (digit !== undefined && !event.shiftKey && !/^[0-9]$/.test(event.key)) names.push(digit);
  return names.map((name) => modifier + name);
}

/** May a shortcut fire for a key pressed here? */
function mayFire(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target === null) return true;
  if (target.closest("[role=dialog], [role=alertdialog], [role=menu]") !== null) return false;
  const ctrl = event.ctrlKey || event.metaKey;
  if (isTyping(target)) return ctrl || event.key === "Escape";
  // Enter and the arrows belong to a focused control; letters do nothing there and stay free.
  const control = target.closest("button, a[href], summary, select, [role=radio], [role=tab], [role=switch]");
  const arrow = event.key.startsWith("Arrow");
  if (arrow && target.closest("[role=log]") !== null) return false;
  return control === null || ctrl || !(arrow || ["Enter", " "].includes(event.key));
}

export function isTyping(target: Element): boolean {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit", "range"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    || (target instanceof HTMLElement && target.isContentEditable);
}

/** A binding's keys as caps to print: "ctrl+Enter" gives ["Ctrl", "↵"]. */
export function caps(keys: string): string[] {
  const names: Record<string, string> = {
    ctrl: "Ctrl", Enter: "↵", Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑",
  };
  return keys.split(/[+ ]/).map((key) => names[key] ?? key);
}
