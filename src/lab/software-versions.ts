import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { packageRoot } from "../util/package-root.js";

/** Software versions of an experiment. */
export const softwareSchema = z.object({
  /** Commit of the clone, with "+" if its files were modified; absent for an installed package. */
  commit: z.string().optional(),
  node: z.string(),
  /** Versions of the packages that are installed, by name. */
  packages: z.record(z.string(), z.string()),
});

export type SoftwareVersions = z.infer<typeof softwareSchema>;

/** The versions of this code, of node, and of the packages that the toolkit depends on, as they are installed. */
export async function softwareVersions(): Promise<SoftwareVersions> {
  const { dependencies } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
  const packages: Record<string, string> = {};
  for (const name of Object.keys(dependencies)) {
    const version = installedVersion(name);
    if (version !== undefined) packages[name] = version;
  }
  const commit = await cloneCommit();
  return { ...(commit && { commit }), node: process.versions.node, packages };
}

/** A package's main file may not be resolvable, so its folder is searched for in the way node does. */
function installedVersion(name: string): string | undefined {
  for (const folder of createRequire(join(packageRoot, "package.json")).resolve.paths(name) ?? []) {
    const file = join(folder, name, "package.json");
    if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).version;
  }
  return undefined;
}

async function cloneCommit(): Promise<string | undefined> {
  // A package that is installed inside another clone does not belong to that clone.
  if (!existsSync(join(packageRoot, ".git")) || dirname(packageRoot).endsWith("node_modules"))
    return undefined;
  const git = (...args: string[]) =>
    promisify(execFile)("git", ["-C", packageRoot, ...args]).then(({ stdout }) => stdout.trim());
  try {
    const commit = await git("rev-parse", "HEAD");
    return (await git("status", "--porcelain", "--untracked-files=no")) === "" ? commit : `${commit}+`;
  } catch {
    return undefined;
  }
}
