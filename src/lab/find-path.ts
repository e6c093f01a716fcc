import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { packageRoot } from "../util/package-root.js";

/** Resolves a relative path from the working folder or, for files of soarlab, from the package. */
export function findPath(path: string): string {
  if (isAbsolute(path) || existsSync(path)) return resolve(path);
  const own = join(packageRoot, path);
  return existsSync(own) ? own : path;
}
