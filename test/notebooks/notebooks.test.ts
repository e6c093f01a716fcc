import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";
import { execute, hasJupyter, type Notebook, outputFolder } from "./fixtures.js";

const folder = join(packageRoot, "notebooks");
const notebooks = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith(".ipynb")) : [];

test("there are notebooks", () => {
  expect(notebooks.length).toBeGreaterThan(0);
});

test.skipIf(hasJupyter)(
  "no notebook was run: Jupyter is not installed; node scripts/setup.mjs --notebooks",
  () => {},
);

for (const name of notebooks) {
  test.runIf(hasJupyter)(`notebooks/${name} runs`, { timeout: 200_000 }, () => {
    const out = join(outputFolder, name);
    rmSync(out, { force: true });
    const { status, problem, notebook } = execute(join(folder, name), out);
    expect(problem, "what failed").toBe("");
    expect(status).toBe(0);
    const code = notebook.cells.filter(({ cell_type }) => cell_type === "code");
    expect(code.length).toBeGreaterThan(0);
    expect(code.filter(cell => typeof cell.execution_count !== "number")).toEqual([]);
  });

  test(`notebooks/${name} is committed with outputs, and nothing of the machine that made them`, () => {
    const text = readFileSync(join(folder, name), "utf8");
    const { cells } = JSON.parse(text) as Notebook;
    expect(cells.flatMap(cell => cell.outputs ?? []).length).toBeGreaterThan(0);
    expect(text).not.toContain(packageRoot);
    expect(text).not.toMatch(/\/(?:home|root|Users)\/\w|[( "]\/tmp\/|C:\\\\/);
    expect(text.length).toBeLessThan(3_000_000);
  });
}
