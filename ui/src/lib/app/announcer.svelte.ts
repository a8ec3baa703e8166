/**
 * Says things to screen readers, politely and not too often: what comes within a moment is said in one go, so that a busy
 * queue does not talk over the message being read.
 */
const gatherMs = 1200;

export class Announcer {
  /** What the live region holds. */
  said = $state("");
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(sentence: string): void {
    if (!this.#waiting.includes(sentence)) this.#waiting.push(sentence);
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.said = this.#waiting.join(" ");
      this.#waiting = [];
    }, gatherMs);
  }
}
