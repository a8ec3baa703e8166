import { afterEach, describe, expect, it, vi } from "vitest";
import { Keyboard, chordsOf, type Binding } from "./keyboard";

function press(keyboard: Keyboard, key: string, on: Element = document.body, init: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  const listen = (e: Event) => { keyboard.handle(e as KeyboardEvent, clock); };
  window.addEventListener("keydown", listen);
  on.dispatchEvent(event);
  window.removeEventListener("keydown", listen);
  return event;
}

let clock = 0;

function bound(keys: string[], more: Partial<Binding> = {}) {
  const keyboard = new Keyboard();
  const run = vi.fn();
  keyboard.bind([{ keys, label: "keys.down", group: "queue", run, ...more }]);
  return { keyboard, run };
}

function element(html: string): Element {
  document.body.innerHTML = html;
  const found = document.body.querySelector("[data-here]") ?? document.body.firstElementChild;
  if (found === null) throw new Error("The test made no element.");
  return found;
}

afterEach(() => {
  document.body.innerHTML = "";
  clock = 0;
});

describe("while a person types", () => {
  it.each(["<textarea></textarea>", "<input>", "<input type=search>", "<select></select>"])("no plain key fires in %s", (field) => {
    for (const key of ["j", "x", "1", "/", "?", "Enter", "n"]) {
      const { keyboard, run } = bound([key]);
      const event = press(keyboard, key, element(field));
      expect(run, `${key} must type, not act`).not.toHaveBeenCalled();
      expect(event.defaultPrevented).toBe(false);
    }
  });

  it("Ctrl combinations and Escape do fire", () => {
    for (const [keys, key, ctrlKey] of [["ctrl+Enter", "Enter", true], ["ctrl+k", "k", true], ["ctrl+2", "2", true], ["Escape", "Escape", false]] as const) {
      const { keyboard, run } = bound([keys]);
      press(keyboard, key, element("<textarea></textarea>"), { ctrlKey });
      expect(run, keys).toHaveBeenCalledOnce();
    }
  });

  it("a character under composition is left to the input method", () => {
    const { keyboard, run } = bound(["ctrl+Enter"]);
    press(keyboard, "Enter", element("<textarea></textarea>"), { ctrlKey: true, isComposing: true });
    expect(run).not.toHaveBeenCalled();
  });
});

describe("elsewhere", () => {
  it("a plain key fires, and is taken from the page", () => {
    const { keyboard, run } = bound(["j"]);
    expect(press(keyboard, "j").defaultPrevented).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  it("nothing fires in a dialog or a menu", () => {
    for (const role of ["dialog", "alertdialog", "menu"]) {
      const { keyboard, run } = bound(["a", "ctrl+Enter"]);
      press(keyboard, "a", element(`<div role=${role}><button data-here></button></div>`));
      press(keyboard, "Enter", element(`<div role=${role}><button data-here></button></div>`), { ctrlKey: true });
      expect(run, role).not.toHaveBeenCalled();
    }
  });

  it("Enter on a button presses the button, a letter there still acts", () => {
    const enter = bound(["Enter"]);
    press(enter.keyboard, "Enter", element("<button></button>"));
    expect(enter.run).not.toHaveBeenCalled();
    const letter = bound(["x"]);
    press(letter.keyboard, "x", element("<button></button>"));
    expect(letter.run).toHaveBeenCalledOnce();
  });

  it("a key whose act is not possible now is left to the page", () => {
    const { keyboard, run } = bound(["s"], { when: () => false });
    expect(press(keyboard, "s").defaultPrevented).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  it("with Alt nothing fires", () => {
    const { keyboard, run } = bound(["x"]);
    press(keyboard, "x", document.body, { altKey: true });
    expect(run).not.toHaveBeenCalled();
  });

  it("the newest binding wins, and gives way when its view is gone", () => {
    const { keyboard, run } = bound(["e"]);
    const inner = vi.fn();
    const unbind = keyboard.bind([{ keys: ["e"], label: "keys.edit", group: "review", run: inner }]);
    press(keyboard, "e");
    unbind();
    press(keyboard, "e");
    expect(inner).toHaveBeenCalledOnce();
    expect(run).toHaveBeenCalledOnce();
  });
});

describe("two keys, one after the other", () => {
  it("g then n goes to the night page, not to the next conversation", () => {
    const { keyboard, run } = bound(["g n"]);
    const next = vi.fn();
    keyboard.bind([{ keys: ["n"], label: "keys.next", group: "queue", run: next }]);
    press(keyboard, "g");
    press(keyboard, "n");
    expect(run).toHaveBeenCalledOnce();
    expect(next).not.toHaveBeenCalled();
  });

  it("too late is forgotten", () => {
    const { keyboard, run } = bound(["g q"]);
    press(keyboard, "g");
    clock = 5000;
    press(keyboard, "q");
    expect(run).not.toHaveBeenCalled();
  });
});

describe("on a French keyboard", () => {
  it("the key of the digit counts, though it types & or é", () => {
    expect(chordsOf(new KeyboardEvent("keydown", { key: "&", code: "Digit1" }))).toContain("1");
    expect(chordsOf(new KeyboardEvent("keydown", { key: "é", code: "Digit2", ctrlKey: true }))).toContain("ctrl+2");
    expect(chordsOf(new KeyboardEvent("keydown", { key: "1", code: "Digit1", shiftKey: true }))).toEqual(["1"]);
  });

  it("on another keyboard Shift+1 is an exclamation mark and nothing else", () => {
    expect(chordsOf(new KeyboardEvent("keydown", { key: "!", code: "Digit1", shiftKey: true }))).toEqual(["!"]);
  });
});
