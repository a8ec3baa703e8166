/** The real window, driven: tauri-driver, WebKitWebDriver behind it, and one session. */
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { remote } from "webdriverio";
import { output } from "./output.mjs";
import { program } from "./programs.mjs";

const patience = 20_000;

/** Opens the window on the workspace that `env` names. */
export async function openWindow(env) {
  const [port, nativePort] = await Promise.all([freePort(), freePort()]);
  const log = await output("window.log");
  const driver = await startDriver(env, port, nativePort, log);
  try {
    // tauri-driver listens before the driver behind it does; a session asked for between the two dies.
    await Promise.all([answering(port, driver), answering(nativePort, driver)]);
    const browser = await remote({
      hostname: "127.0.0.1",
      port,
      logLevel: "error",
      connectionRetryTimeout: 60_000,
      connectionRetryCount: 0,
      waitforTimeout: patience,
      capabilities: {
        "tauri:options": { application: await program("PLANTON_DESKTOP", "debug/planton-desktop") },
        "wdio:enforceWebDriverClassic": true,
      },
    });
    return {
      browser,
      said: () => readFile(log, "utf8"),
      /** Closes the window as a person would; a window that does not answer is ended with its driver. */
      async close() {
        try {
          await Promise.race([browser.deleteSession(), pause(5000, undefined, { ref: false })]);
        } finally {
          await driver.end();
        }
      },
    };
  } catch (error) {
    // Without this the driver would live on, and node with it.
    await driver.end();
    throw new Error(`The window did not open.\n${await readFile(log, "utf8")}`, { cause: error });
  }
}

async function startDriver(env, port, nativePort, log) {
  const file = createWriteStream(log);
  const child = spawn(await program("TAURI_DRIVER", "tools/bin/tauri-driver"), ["--port", `${port}`, "--native-port", `${nativePort}`], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: the driver, the driver behind it and the window end together.
    detached: true,
  });
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const ended = new Promise((resolve) => { child.once("close", resolve); });
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // The whole group is gone already.
    }
  };
  const atExit = () => { signal("SIGKILL"); };
  const interrupted = () => { process.exit(1); };
  process.once("exit", atExit);
  // An interrupted run must not leave a window behind that nobody sees.
  for (const name of ["SIGINT", "SIGTERM"]) process.once(name, interrupted);
  return {
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async end() {
      signal("SIGTERM");
      const stuck = setTimeout(() => { signal("SIGKILL"); }, 3000);
      await ended;
      clearTimeout(stuck);
      signal("SIGKILL");
      process.off("exit", atExit);
      for (const name of ["SIGINT", "SIGTERM"]) process.off(name, interrupted);
      file.end();
    },
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => { resolve(port); });
    });
  });
}

/** Waits until something listens on a port. */
async function answering(port, driver) {
  const deadline = Date.now() + patience;
  while (!(await connects(port))) {
    if (!driver.isAlive()) throw new Error("The driver ended before it listened.");
    if (Date.now() > deadline) throw new Error(`Nothing listens on port ${port}.`);
    await pause(25);
  }
}

function connects(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => { socket.destroy(); resolve(true); });
    socket.once("error", () => { resolve(false); });
  });
}
