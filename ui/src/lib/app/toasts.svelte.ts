/** Short notes at the edge of the window. Good news leaves by itself; a refusal stays until it is read. */

export type Toast = { id: number; tone: "good" | "info" | "bad"; title: string; text: string };

const shownMs = 5000;
const kept = 4;

export class Toasts {
  list = $state.raw<Toast[]>([]);
  #nextId = 1;

  show(toast: Omit<Toast, "id">): void {
    const id = this.#nextId++;
    // The same refusal twice is one note: a person who presses a key again must not bury the screen.
    const others = this.list.filter(({ title, text }) => title !== toast.title || text !== toast.text);
    this.list = [...others, { ...toast, id }].slice(-kept);
    if (toast.tone !== "bad") setTimeout(() => { this.dismiss(id); }, shownMs);
  }

  good(title: string, text = ""): void {
    this.show({ tone: "good", title, text });
  }

  clear(): void {
    this.list = [];
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
