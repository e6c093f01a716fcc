// What `npm test` runs after set-up: format and lint, types, the server's tests, the toolkit's. Stops at nothing, and
// fails when any part failed.
import { spawnSync } from "node:child_process";

const node = process.execPath;
const parts = [
  ["format and lint", "npx", ["biome", "check", "."]],
  ["rooms (imports downward, no circle)", "npx", ["depcruise", "--config", ".dependency-cruiser.mjs", "src"]],
  ["dead exports", "npx", ["knip"]],
  ["types", node, ["node_modules/typescript/bin/tsc", "--noEmit"]],
  ["server lint", ".venv/bin/python", ["-m", "ruff", "check", "server"]],
  [
    "server types",
    ".venv/bin/python",
    ["-m", "mypy", "--config-file", "server/pyproject.toml", "server/soarlab_server"],
  ],
  ["server tests", ".venv/bin/python", ["-m", "pytest", "-q", "server/tests"]],
  ["toolkit and notebook tests", "npx", ["vitest", "run"]],
];

const failed = [];
for (const [name, command, args] of parts) {
  const started = Date.now();
  console.log(`\n== ${name}`);
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  if (error) console.log(error.message);
  console.log(
    `== ${name}: ${status === 0 ? "passed" : "FAILED"} in ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? "\nall checks passed" : `\nfailed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
