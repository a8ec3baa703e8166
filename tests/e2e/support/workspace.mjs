/** A place of its own for one run: a home, a demo workspace, and what a window needs to live in it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { program } from "./programs.mjs";

/** Makes the home; fills the workspace with the sample day, or leaves it as on the first start. */
export async function makeWorkspace({ filled }) {
  const root = await mkdtemp(path.join(tmpdir(), "planton-e2e-"));
  const folder = (name) => path.join(root, name);
  const data = folder("workspace");
  const env = {
    ...process.env,
    HOME: folder("home"),
    XDG_CONFIG_HOME: folder("home/config"),
    XDG_CACHE_HOME: folder("home/cache"),
    XDG_DATA_HOME: folder("home/data"),
    XDG_STATE_HOME: folder("home/state"),
    XDG_RUNTIME_DIR: folder("runtime"),
    PLANTON_DATA: data,
    // A window that a developer has open must not swallow the one under test.
    PLANTON_SEVERAL_WINDOWS: "1",
    // The window shows the machine's local time; the sample night is one of Paris.
    TZ: "Europe/Paris",
    // On a Wayland desktop the window would otherwise open there and not on the virtual screen.
    GDK_BACKEND: "x11",
    // Pictures are taken without a graphics card.
    WEBKIT_SKIA_ENABLE_CPU_RENDERING: "1",
  };
  delete env.WAYLAND_DISPLAY;
  // The keyring of whoever runs the tests is not for them; the key goes to a file in the workspace.
  delete env.DBUS_SESSION_BUS_ADDRESS;
  for (const name of ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"]) await mkdir(env[name], { recursive: true });
  await mkdir(env.XDG_RUNTIME_DIR, { mode: 0o700 });

  if (filled) {
    const cli = await program("PLANTON_CLI", "debug/planton");
    await promisify(execFile)(cli, ["--data", data, "demo"], { env, timeout: 60_000 });
  }
  return {
    env,
    /** A message that reaches the workspace by another program: the command line imports it. */
    async arrives({ contact, text }) {
      const file = folder(`${contact}.jsonl`);
      await writeFile(file, JSON.stringify({ id: contact, conversation: contact, from: { id: contact, name: contact }, at: new Date().toISOString(), text }));
      const cli = await program("PLANTON_CLI", "debug/planton");
      await promisify(execFile)(cli, ["--as", "camille", "import", "--format", "jsonl", "--inbox", "Guichet", file], { env, timeout: 60_000 });
    },
    /** The web view's processes outlive the window for a moment and still write: removing is tried again as a whole. */
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}
