// Registers the TypeScript kernel (tslab) for Jupyter inside this clone's .venv, and nowhere else: kernels of the user
// or the system stay as they are. Idempotent: writes only what is not there yet.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const venv = join(root, ".venv");
const tslab = join(root, "node_modules", "tslab", "bin", "tslab");
const { node, npm } = {
  node: join(root, "node_modules", "node", "bin", "node"),
  npm: join(root, "node_modules"),
};

if (!existsSync(venv)) fail(".venv is missing; run: node scripts/setup.mjs --notebooks");
if (!existsSync(tslab) || !existsSync(node)) fail("node_modules lacks tslab or node; run: npm install");

// A cell's `import * as soar from "soarlab"` is type-checked by tslab's own TypeScript 5.0, which knows no package that
// imports itself by name: it must find it among the installed ones.
link(join(npm, "soarlab"), "..");

const spec = {
  // Jupyter puts the path of the connection file where {connection_file} stands.
  argv: [node, tslab, "kernel", "--config-path", "{connection_file}"],
  display_name: "TypeScript (soarlab)",
  language: "typescript",
  interrupt_mode: "signal",
};
const folder = join(venv, "share", "jupyter", "kernels", "tslab");
write(join(folder, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);

// JupyterLab asks the network for news and updates unless told not to, and asks the user whether it may.
const settings = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};
write(
  join(venv, "share", "jupyter", "lab", "settings", "overrides.json"),
  `${JSON.stringify(settings, null, 2)}\n`,
);

// JupyterLab brings a CommonJS yarn.js, which Node would take for an ES module below this package's package.json.
write(join(venv, "package.json"), `${JSON.stringify({ type: "commonjs" })}\n`);

function write(path, text) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function link(path, target) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink() && readlinkSync(path) === target) return;
  // Only ever a link of an older version of this script: npm installs no package of this name.
  if (found) rmSync(path, { recursive: true });
  symlinkSync(target, path, "dir");
}

function fail(message) {
  console.error(`kernel: ${message}`);
  process.exit(1);
}
