/** Chooses what stands behind the door: the desk in Planton's own window, the fake one in a plain browser. */
import type { Backend } from "./backend";

export async function connect(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in window) return (await import("./tauri")).tauriBackend;
  return (await import("./fake/fakeBackend")).fakeFromAddress(window.location);
}
