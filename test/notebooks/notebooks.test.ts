import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";

interface Notebook {
  cells: { cell_type: string; source: string[]; execution_count?: number | null; outputs?: object[] }[];
}

const folder = join(packageRoot, "notebooks");
const notebooks = readdirSync(folder).filter(name => name.endsWith(".ipynb"));
const hasJupyter = existsSync(join(packageRoot, ".venv", "bin", "jupyter-execute"));
const minutes = 60_000;

test.skipIf(hasJupyter)(
  "Jupyter is not installed: no notebook was run; node scripts/setup.mjs --notebooks",
  () => {},
);

/** Executes a notebook with the real kernel, where it lies, and writes the result elsewhere. */
function execute(notebook: string, out: string) {
  return spawnSync(
    process.execPath,
    [join(packageRoot, "scripts", "run-notebook.mjs"), notebook, "--out", out, "--timeout", "170"],
    { encoding: "utf8", timeout: 3 * minutes },
  );
}

const output = join(packageRoot, "test-output", "notebooks");
mkdirSync(output, { recursive: true });

for (const name of notebooks) {
  test.runIf(hasJupyter)(`notebooks/${name} runs`, { timeout: 3.2 * minutes }, () => {
    const out = join(output, name);
    const { status, stderr, error } = execute(join(folder, name), out);
    expect(error?.message ?? stderr.trim(), "what failed").toBe("");
    expect(status).toBe(0);
    const { cells } = JSON.parse(readFileSync(out, "utf8")) as Notebook;
    const code = cells.filter(cell => cell.cell_type === "code" && cell.source.join("").trim() !== "");
    expect(code.length).toBeGreaterThan(0);
    expect(code.filter(cell => typeof cell.execution_count !== "number")).toEqual([]);
  });

  test(`notebooks/${name} is committed with outputs, and nothing of the machine that made them`, () => {
    const text = readFileSync(join(folder, name), "utf8");
    const { cells } = JSON.parse(text) as Notebook;
    expect(cells.flatMap(cell => cell.outputs ?? []).length).toBeGreaterThan(0);
    expect(text).not.toContain(packageRoot);
    expect(text).not.toMatch(/"[^"]*(?:\/home\/|\/Users\/|\/tmp\/|C:\\\\)/);
    expect(text.length).toBeLessThan(3_000_000);
  });
}
