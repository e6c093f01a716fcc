import { existsSync } from "node:fs";
import { findPath } from "./find-path.js";

/**
 * `findPath` for a file that must exist.
 * @param field the field of the configuration that names it, for the error
 * @throws Error that names the field and the path if there is no such file
 */
export function findFile(field: string, path: string): string {
  const found = findPath(path);
  if (existsSync(found)) return found;
  throw new Error(
    `${field}: there is no file ${path}, neither here nor among those that soarlab brings along`,
  );
}
