/** Files that a run leaves behind for whoever looks at it afterwards. */
import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../output/", import.meta.url));
const images = fileURLToPath(new URL("../../../docs/images/", import.meta.url));

/** Where to write the file of this name. */
export async function output(name) {
  await mkdir(folder, { recursive: true });
  return path.join(folder, name);
}

/** The pages that the documentation shows. */
const documented = /^(sign-in|queue|review|night)-/;

/** Takes a picture over into the documentation, where a run was asked to (PLANTON_SCREENSHOTS=1). */
export async function publish(name) {
  if (process.env.PLANTON_SCREENSHOTS !== "1" || !documented.test(name)) return;
  await mkdir(images, { recursive: true });
  await copyFile(path.join(folder, name), path.join(images, name));
}
