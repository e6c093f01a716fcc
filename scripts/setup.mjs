// Sets up everything inside this clone: npm packages, a Python environment for the training server, the build.
// Idempotent: what is up to date is left alone, so a second run takes no time. Plain Node >= 20, no packages.
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDisk, makePythonEnvironment, pip, run, step } from "./python-environment.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const neededNode = 20;
const withNotebooks = process.argv.includes("--notebooks");

if (Number.parseInt(process.versions.node, 10) < neededNode)
  fail(`Node ${neededNode} or newer is needed; this is ${process.versions.node} (${process.execPath})`);

process.on("uncaughtException", error => fail(error.message));

step("npm packages", "node_modules/.soarlab-stamp", ["package.json", "package-lock.json"], () => {
  checkDisk(".");
  // `npm ci` would remove the folder first; `install` keeps what is there and follows the lockfile all the same, which
  // --no-save keeps as it is: npm adds the packages of other platforms, and a changed lockfile is installed again.
  run(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
    "npm could not install the packages; is the registry reachable?",
  );
});

makePythonEnvironment(".venv");

if (withNotebooks) {
  const lock = "scripts/notebooks-requirements.lock";
  step("JupyterLab", ".venv/.soarlab-notebooks-stamp", [lock], () => {
    pip(".venv", ["-r", lock], "pip could not install JupyterLab");
  });
}

step(
  "build (dist/)",
  "dist/.soarlab-stamp",
  ["package.json", "tsconfig.json", "tsdown.config.ts", ...filesBelow("src")],
  // The bundler wants a newer Node than the oldest that the toolkit runs on; the npm package `node` is one.
  () => run("node_modules/node/bin/node", ["node_modules/tsdown/dist/run.mjs"], "the build failed"),
);

if (withNotebooks)
  run(process.execPath, ["scripts/install-kernel.mjs"], "the kernel could not be registered");

function fail(message) {
  console.error(`set-up failed: ${message}`);
  process.exit(1);
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map(name => join(folder, name))
    .filter(path => statSync(path).isFile())
    .sort();
}
