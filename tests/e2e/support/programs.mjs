/** Where the programs under test are: named by a variable, or where cargo puts them. */
import { access, constants } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../../../", import.meta.url));
const target = path.resolve(project, process.env.CARGO_TARGET_DIR ?? "target");

/** The program that `variable` names, else the one at `usual` below cargo's target folder. */
export async function program(variable, usual) {
  const file = path.resolve(project, process.env[variable] ?? path.join(target, usual));
  try {
    await access(file, constants.X_OK);
  } catch {
    throw new Error(`${file} cannot be run. Build it first (see README.md), or name another one in ${variable}.`);
  }
  return file;
}
