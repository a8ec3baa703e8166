import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const features = ["welcome", "shell", "queue", "conversation", "reply", "review", "night", "settings"];

export default ts.config(
  { ignores: ["dist/", "node_modules/", "coverage/", "src/lib/ipc/generated/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...ts.configs.stylistic,
  ...svelte.configs.recommended,
  importX.flatConfigs.typescript,
  {
    plugins: { "import-x": importX },
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      // Also for .ts files: whoever follows an import from there into a component needs the parser of its script.
      parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"] },
    },
    settings: {
      "import-x/resolver-next": [createTypeScriptImportResolver({ project: "./tsconfig.json" })],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts", ".js"], "svelte-eslint-parser": [".svelte"] },
      "import-x/extensions": [".ts", ".js", ".svelte"],
    },
    rules: {
      "import-x/no-cycle": "error",
      "max-lines": ["error", { max: 300, skipComments: true, skipBlankLines: true }],
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // One door: whatever the shell is, the rest of the window does not know it.
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@tauri-apps/*"], message: "Only src/lib/ipc/tauri.ts speaks to the shell; use the Backend." }] },
      ],
      // Three tiers: lib knows no component, shared components know no feature, a feature knows no other feature; views put them together.
      "import-x/no-restricted-paths": [
        "error",
        {
          zones: [
            { target: "./src/lib", from: ["./src/components", "./src/views"], message: "lib knows no component." },
            { target: "./src/components", from: "./src/views", message: "Components know no view." },
            {
              target: "./src/components/shared",
              from: features.map((feature) => `./src/components/${feature}`),
              message: "Shared components know no feature.",
            },
            ...features.map((feature) => ({
              target: `./src/components/${feature}`,
              from: features.filter((other) => other !== feature).map((other) => `./src/components/${other}`),
              message: "A feature knows no other feature: a view puts them together.",
            })),
          ],
        },
      ],
    },
  },
  {
    files: ["src/lib/ipc/tauri.ts"],
    rules: { "no-restricted-imports": "off" },
  },
  {
    // A dictionary is a list; the fake desk is the whole desk.
    files: ["src/lib/i18n/{fr,en}.ts", "src/lib/ipc/fake/fakeBackend.ts"],
    rules: { "max-lines": "off" },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
    rules: {
      // Svelte's own reactive names (`$state`, `$derived`) and untouched `let` bindings of props are no mistakes.
      "prefer-const": "off",
      // Sets made and dropped within one computation need no reactivity.
      "svelte/prefer-svelte-reactivity": "off",
      "svelte/prefer-const": ["error", { excludedRunes: ["$props", "$state"] }],
    },
  },
);
