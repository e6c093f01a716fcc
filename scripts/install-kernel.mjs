// Registers the TypeScript kernel for Jupyter inside this clone's .venv, and nowhere else: kernels of the user or the system
// stay as they are. Idempotent: writes only what is not there yet. Needs the build.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const venv = join(root, ".venv");
const cli = join(root, "dist", "cli", "main.js");

if (!existsSync(venv)) fail(".venv is missing; run: node scripts/setup.mjs --notebooks");
if (!existsSync(cli)) fail("dist/ is missing; run: node scripts/setup.mjs --notebooks");
const { status, stderr } = spawnSync(process.execPath, [cli, "kernel", "install", "--prefix", venv]);
if (status !== 0) fail(stderr.toString());

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

function fail(message) {
  console.error(`kernel: ${message}`);
  process.exit(1);
}
