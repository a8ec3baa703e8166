/** What jsdom lacks and the window uses. */
import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/svelte";
import { afterEach, beforeEach } from "vitest";
import { setLanguage } from "$lib/i18n/i18n.svelte";

/** Nothing has a size in jsdom: everything is said to be as large as a queue pane, so that the virtual list shows its first rows. */
class FixedResizeObserver implements ResizeObserver {
  readonly #callback: ResizeObserverCallback;
  constructor(callback: ResizeObserverCallback) {
    this.#callback = callback;
  }
  observe(target: Element): void {
    const height = target instanceof HTMLElement && target.style.overflowY === "auto" ? 920 : 92;
    const size = { width: 340, height };
    const entry = { target, contentRect: size, borderBoxSize: [], contentBoxSize: [], devicePixelContentBoxSize: [] };
    queueMicrotask(() => { this.#callback([entry as unknown as ResizeObserverEntry], this); });
  }
  unobserve(): void { /* Sizes never change here. */ }
  disconnect(): void { /* See above. */ }
}

globalThis.ResizeObserver = FixedResizeObserver;
Object.defineProperty(HTMLElement.prototype, "offsetParent", { get(this: HTMLElement) { return this.parentElement; } });
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.scrollTo = () => undefined;
Element.prototype.hasPointerCapture = () => false;
window.matchMedia = (query) => ({
  matches: false,
  media: query,
  onchange: null,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  addListener: () => undefined,
  removeListener: () => undefined,
  dispatchEvent: () => false,
});

beforeEach(() => {
  localStorage.setItem("planton.language", "fr");
  setLanguage("fr");
  history.replaceState(null, "", "/");
});
afterEach(() => { cleanup(); });
