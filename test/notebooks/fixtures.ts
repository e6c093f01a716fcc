import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/util/package-root.js";

export interface NotebookOutput {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, string | string[]>;
}

export interface Notebook {
  cells: {
    cell_type: string;
    source: string | string[];
    execution_count?: number | null;
    outputs?: NotebookOutput[];
  }[];
}

export const hasJupyter = existsSync(join(packageRoot, ".venv", "bin", "jupyter-execute"));

/** Where notebooks made by tests lie: inside the package, so that their cells find it. */
export const outputFolder = join(packageRoot, "test-output", "notebooks");
mkdirSync(outputFolder, { recursive: true });

/** Writes a notebook of code cells; returns its path. */
export function writeNotebook(name: string, cells: string[]): string {
  const path = join(outputFolder, name);
  const notebook = {
    cells: cells.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i + 1}`,
      metadata: {},
      source,
      execution_count: null,
      outputs: [],
    })),
    metadata: {
      kernelspec: { name: "soarlab", display_name: "TypeScript (soarlab)", language: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  writeFileSync(path, JSON.stringify(notebook));
  return path;
}

/** What tslab 1.0.22 says of a request that comes before all its sockets are bound; Jupyter asks again. */
const earlyRequest = /UnhandledPromiseRejection: Error: Socket is blocked by a bind[^{]*\{[^}]*\}\n?/g;

/** Executes a notebook with the real kernel, where it lies, and writes the result elsewhere. */
export function execute(notebook: string, out: string, ...options: string[]) {
  const script = join(packageRoot, "scripts", "run-notebook.mjs");
  const args = [script, notebook, "--out", out, "--timeout", "170", ...options];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: 180_000,
  });
  return {
    status,
    problem: error?.message ?? `${stdout}${stderr}`.replace(earlyRequest, "").trim(),
    notebook: (existsSync(out) ? JSON.parse(readFileSync(out, "utf8")) : { cells: [] }) as Notebook,
  };
}
