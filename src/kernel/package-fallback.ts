import { existsSync, realpathSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { packageRoot } from "../util/package-root.js";

/** The part of tslab's TypeScript that is used. */
export interface TypeScript {
  sys: {
    fileExists(path: string): boolean;
    directoryExists(path: string): boolean;
    readFile(path: string, encoding?: string): string | undefined;
  };
}

const require = createRequire(import.meta.url);

/**
 * Lets notebooks in any folder import soarlab and its dependencies by name: a package that the notebook's own
 * folder does not have is taken from here, at run time and by the type checker.
 */
export function addPackageFallback({ sys }: TypeScript): void {
  fallBackAtRunTime();
  // tslab looks for packages as Node 10 did: it ignores "exports" of a package.json, so they are repeated here.
  const { fileExists, directoryExists, readFile } = sys;
  const from = (path: string) =>
    fileExists(path) || directoryExists(path) ? path : (fallback(path) ?? path);
  sys.fileExists = path => fileExists(from(path));
  sys.directoryExists = path => directoryExists(from(path));
  sys.readFile = (path, encoding) => {
    const text = readFile(from(path), encoding);
    if (!text || !isOwn(path, "package.json")) return text;
    return JSON.stringify({ ...JSON.parse(text), types: "dist/index.d.ts" });
  };
}

/**
 * Resolves a path into a folder node_modules that lacks the package. Files keep the name of that path: a type
 * of a package in node_modules can be named in the declarations that tslab writes, one of a file elsewhere cannot.
 */
function fallback(path: string): string | undefined {
  const at = path.lastIndexOf("/node_modules/");
  if (at < 0) return undefined;
  const [name, ...rest] = packagePath(path.slice(at + "/node_modules/".length));
  // Types that are not imported are listed from the disk; tslab brings those of Node.
  if (name.startsWith("@types/")) return undefined;
  // Not below one of these packages: its dependencies are found beside it.
  if (!existsSync(path.slice(0, at)) || existsSync(join(path.slice(0, at), "node_modules", name)))
    return undefined;
  const inside = rest.join("/");
  if (name !== "soarlab") {
    const folder = installedFolder(name);
    return folder && join(folder, inside);
  }
  // A separate entry: soarlab/metrics is dist/metrics.
  const entry = join(packageRoot, "dist", inside);
  return /^[\w-]+\.d\.ts$/.test(inside) && existsSync(entry) ? entry : join(packageRoot, inside);
}

function isOwn(path: string, file: string): boolean {
  const real = existsSync(path) ? realpathSync(path) : fallback(path);
  return real !== undefined && real === join(realpathSync(packageRoot), file);
}

/** The parts of a path below node_modules: the package's name, with its scope, and the rest. */
function packagePath(path: string): [string, ...string[]] {
  const [first = "", second = "", ...rest] = path.split("/");
  return first.startsWith("@")
    ? [`${first}/${second}`, ...rest]
    : [first, ...(second ? [second] : []), ...rest];
}

const folders = new Map<string, string | undefined>();

/** The folder of a package that soarlab is installed with. */
function installedFolder(name: string): string | undefined {
  if (!folders.has(name)) {
    const searched = require.resolve.paths(name) ?? [];
    folders.set(name, searched.map(folder => join(folder, name)).find(existsSync));
  }
  return folders.get(name);
}

function fallBackAtRunTime(): void {
  const module = Module as unknown as { _resolveFilename: Resolve };
  const resolve = module._resolveFilename;
  module._resolveFilename = (request, parent, ...rest) => {
    try {
      return resolve(request, parent, ...rest);
    } catch (error) {
      if (!isBare(request) || (error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
      try {
        // A package can import itself by its own name.
        return require.resolve(request);
      } catch {
        throw error;
      }
    }
  };
}

type Resolve = (request: string, parent: unknown, ...rest: unknown[]) => string;

function isBare(request: string): boolean {
  return !/^[./\\]|^node:/.test(request) && !request.includes(`..${sep}`) && dirname(request) !== request;
}
