import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../util/package-root.js";

const kernelName = "soarlab";

/**
 * Folder in which Jupyter and VS Code look for a user's kernels.
 */
export function userJupyterFolder(): string {
  if (process.env.JUPYTER_DATA_DIR) return process.env.JUPYTER_DATA_DIR;
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32") return join(process.env.APPDATA ?? homedir(), "jupyter");
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"), "jupyter");
}

/**
 * Registers the TypeScript kernel of soarlab's notebooks in one of Jupyter's data folders; returns its folder. Writes only
 * what does not exist yet.
 * @throws Error if tslab is not installed, or this Node cannot run the kernel
 */
export function installKernel(jupyterFolder: string): string {
  const folder = join(jupyterFolder, "kernels", kernelName);
  const spec = {
    // Jupyter replaces {connection_file} with the path of the connection file.
    argv: [findNode(), join(packageRoot, "dist", "kernel", "main.js"), "{connection_file}"],
    display_name: "TypeScript (soarlab)",
    language: "typescript",
    interrupt_mode: "signal",
  };
  const text = `${JSON.stringify(spec, null, 2)}\n`;
  const file = join(folder, "kernel.json");
  if (existsSync(file) && readFileSync(file, "utf8") === text) return folder;
  checkTslab();
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
  return folder;
}

/** Removes the kernel from one of Jupyter's data folders; returns its folder, or undefined if it was not there. */
export function removeKernel(jupyterFolder: string): string | undefined {
  const folder = join(jupyterFolder, "kernels", kernelName);
  if (!existsSync(folder)) return undefined;
  rmSync(folder, { recursive: true });
  return folder;
}

/** A clone has its own Node, because the system's may be too old. */
function findNode(): string {
  const own = join(packageRoot, "node_modules", "node", "bin", "node");
  if (existsSync(own)) return own;
  const { require_module: canLoad } = process.features as { require_module?: boolean };
  if (canLoad) return process.execPath;
  throw new Error(
    `the kernel needs Node 20.19, 22.12 or newer; this is ${process.version} (${process.execPath})`,
  );
}

function checkTslab(): void {
  try {
    createRequire(import.meta.url).resolve("tslab/package.json");
  } catch (cause) {
    throw new Error("notebooks run on tslab, which is not installed: npm install tslab@1.0.22", { cause });
  }
}
