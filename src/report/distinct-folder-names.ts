import { resolve, sep } from "node:path";

/** Folders by the last names of their paths, or by whole paths if these are not all different. */
export function distinctFolderNames(folders: readonly string[], depth: number): string[] {
  const short = folders.map(folder => resolve(folder).split(sep).slice(-depth).join("/"));
  return new Set(short).size === short.length ? short : [...folders];
}
