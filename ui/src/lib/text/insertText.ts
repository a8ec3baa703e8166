/** Puts text into a textarea the way typing would, so that Ctrl+Z takes it out again. */

export function replaceAll(field: HTMLTextAreaElement, text: string): void {
  field.focus();
  field.select();
  insertAtCursor(field, text);
}

export function insertAtCursor(field: HTMLTextAreaElement, text: string): void {
  field.focus();
  // `execCommand` is the only way into the browser's own undo list; where it is missing the text still goes in.
  const typed = typeof document.execCommand === "function" && document.execCommand("insertText", false, text);
  if (typed) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
