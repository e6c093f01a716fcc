// Sets the version of the npm and the PyPI package: node scripts/release.mjs 0.2.0
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const version = process.argv[2];
if (!/^\d+\.\d+\.\d+$/.test(version ?? "")) fail(`expected a version such as 0.2.0, got ${version}`);
if (!readFileSync("CHANGELOG.md", "utf8").includes(`## ${version}`))
  fail(`CHANGELOG.md has no entry "## ${version}"`);
const { status } = spawnSync("npm", ["version", version, "--no-git-tag-version", "--allow-same-version"], {
  stdio: "inherit",
});
if (status !== 0) fail("npm could not set the version");
setVersion("server/pyproject.toml", /^version = ".*"$/m, `version = "${version}"`);
setVersion("server/soarlab_server/__init__.py", /^__version__ = ".*"$/m, `__version__ = "${version}"`);

function setVersion(file, pattern, line) {
  const text = readFileSync(file, "utf8");
  if (!pattern.test(text)) fail(`${file} has no line for the version`);
  writeFileSync(file, text.replace(pattern, line));
}

function fail(message) {
  console.error(`release: ${message}`);
  process.exit(1);
}
