/** What a person chose for this window: language and theme. Kept in the web view's own storage, never in the desk's data. */
import { setLanguage } from "$lib/i18n/i18n.svelte";
import type { WindowLanguage } from "$lib/ipc/backend";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export class Preferences {
  theme = $state<Theme>("system");
  language = $state<WindowLanguage>("fr");

  /** Called with the language at once and at every change, before anything else is asked of the desk. */
  readonly #onLanguage: (language: WindowLanguage) => void;

  constructor(onLanguage: (language: WindowLanguage) => void = () => undefined) {
    this.#onLanguage = onLanguage;
    const theme = read("theme");
    this.chooseTheme(themes.find((known) => known === theme) ?? "system");
    const language = read("language") ?? navigator.language.slice(0, 2);
    this.chooseLanguage(language === "en" ? "en" : "fr");
  }

  chooseTheme(theme: Theme): void {
    this.theme = theme;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    write("theme", theme);
  }

  chooseLanguage(language: WindowLanguage): void {
    this.language = language;
    setLanguage(language);
    this.#onLanguage(language);
    document.documentElement.lang = language;
    write("language", language);
  }
}

// Storage may be switched off; the choice then lasts as long as the window.
function read(name: string): string | null {
  try {
    return localStorage.getItem(`planton.${name}`);
  } catch {
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`planton.${name}`, value);
  } catch {
    // Nothing to do: see above.
  }
}
