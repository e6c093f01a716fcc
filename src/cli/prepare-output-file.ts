import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/**
 * Makes the folder of a file to write, before any work that would be lost without it. Returns its path.
 * @throws Error if it is the input file
 */
export async function prepareOutputFile(out: string, source: string): Promise<string> {
  const path = resolve(out);
  if (path === resolve(source)) throw new Error(`${source}: --out must name another file than the input`);
  await mkdir(dirname(path), { recursive: true });
  return path;
}
