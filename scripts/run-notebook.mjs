// Executes a notebook without a browser, with the kernel and the working folder that JupyterLab gives it, and writes
// its outputs. Fails with the cell and what it printed.
//
//   node scripts/run-notebook.mjs NOTEBOOK [--out FILE] [--timeout SECONDS] [--interactive]
//
// --out FILE      where to write (default: the notebook itself)
// --timeout S     seconds a cell may take (default 180)
// --interactive   let figures bring Plotly along (2 MB); without, they are pictures, as the notebooks in git are
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    timeout: { type: "string", default: "180" },
    interactive: { type: "boolean", default: false },
  },
});
const [notebook, ...rest] = positionals;
if (!notebook || rest.length > 0)
  fail("expected one notebook: node scripts/run-notebook.mjs NOTEBOOK [--out FILE]");
if (!existsSync(notebook)) fail(`${notebook}: no such file`);
if (!(Number(values.timeout) > 0)) fail(`--timeout ${values.timeout}: expected seconds, more than 0`);
const python = join(root, ".venv", "bin", "python");
if (!existsSync(join(root, ".venv", "bin", "jupyter"))) {
  fail("Jupyter is not installed in .venv; run: node scripts/setup.mjs --notebooks");
}

const node = process.execPath;
const kernel = spawnSync(node, [join(root, "scripts", "install-kernel.mjs")], { stdio: "inherit" });
if (kernel.status !== 0) process.exit(1);
const out = resolve(values.out ?? notebook);
const path = [join(root, ".venv", "bin"), join(root, "node_modules", ".bin"), process.env.PATH].join(
  delimiter,
);
const { status } = spawnSync(
  python,
  [
    join(root, "scripts", "run-notebook.py"),
    notebook,
    out,
    "--folder",
    dirname(resolve(notebook)),
    "--timeout",
    values.timeout,
  ],
  {
    stdio: "inherit",
    env: { ...process.env, PATH: path, ...(!values.interactive && { SOARLAB_FIGURES: "static" }) },
  },
);
// Where this clone lies is nobody's business, and differs on every machine.
if (existsSync(out))
  writeFileSync(out, readFileSync(out, "utf8").replaceAll(`${root}/`, "").replaceAll(root, "."));
process.exit(status ?? 1);

function fail(message) {
  console.error(`run-notebook: ${message}`);
  process.exit(1);
}
