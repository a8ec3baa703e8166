import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    alias: { $lib: here("./src/lib"), $components: here("./src/components"), $views: here("./src/views") },
    // Tests mount components: without this condition they would get the server build of Svelte.
    ...(process.env.VITEST ? { conditions: ["browser"] } : {}),
  },
  // The port is the `devUrl` of tauri.conf.json.
  server: { port: 5173, strictPort: true },
  clearScreen: false,
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // WebKitGTK of Debian 12 and Ubuntu 22.04 (security updates keep it current), WebView2, and Safari of macOS 14.5.
    target: ["safari17.5", "chrome123"],
    // The window loads from disk: a few hundred kilobytes in one piece are faster than many small pieces.
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/test/setup.ts"],
    env: { TZ: "Europe/Paris" },
    restoreMocks: true,
    // One page for all files of a worker: making a new one costs more than most tests.
    isolate: false,
  },
});
