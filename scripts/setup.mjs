// Sets up everything inside this clone: npm packages, a Python environment for the training server, the build.
// Idempotent: what is up to date is left alone, so a second run takes no time. Plain Node >= 20, no packages.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const neededNode = 20;
const neededGigabytes = 4;
const venvPython = join(".venv", "bin", "python");
const pipInstall = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
const withNotebooks = process.argv.includes("--notebooks");

if (Number.parseInt(process.versions.node, 10) < neededNode)
  fail(`Node ${neededNode} or newer is needed; this is ${process.versions.node} (${process.execPath})`);

step("npm packages", "node_modules/.soarlab-stamp", ["package.json", "package-lock.json"], () => {
  checkDisk();
  // `npm ci` would remove the folder first; `install` keeps what is there and follows the lockfile all the same, which
  // --no-save keeps as it is: npm adds the packages of other platforms, and a changed lockfile is installed again.
  run(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
    "npm could not install the packages; is the registry reachable?",
  );
});

step("Python environment (.venv)", ".venv/.soarlab-stamp", ["server/requirements.lock"], () => {
  checkDisk();
  createVenv();
  installTorch();
  pip(["-r", "server/requirements.lock"], "pip could not install the server's packages");
});

if (withNotebooks) {
  const lock = "scripts/notebooks-requirements.lock";
  step("JupyterLab", ".venv/.soarlab-notebooks-stamp", [lock], () => {
    pip(["-r", lock], "pip could not install JupyterLab");
  });
  // Each time: npm removes the link that the kernel needs whenever it installs, and there is little to do.
  run(process.execPath, ["scripts/install-kernel.mjs"], "the tslab kernel could not be registered");
}

step(
  "build (dist/)",
  "dist/.soarlab-stamp",
  ["tsconfig.json", "tsconfig.build.json", ...filesBelow("src")],
  () => {
    run(
      process.execPath,
      ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"],
      "the TypeScript build failed",
    );
  },
);

/** Does a step unless its inputs are what they were when it was last done. */
function step(name, stamp, inputs, action) {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(input).update(readFileSync(input));
  const digest = hash.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  const started = Date.now();
  console.error(`set-up: ${name} ...`);
  action();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  console.error(`set-up: ${name} done in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

function createVenv() {
  // An interrupted set-up leaves one without pip, and one outlives the Python that it was made with.
  if (spawnSync(venvPython, ["-m", "pip", "--version"]).status === 0) return;
  const python = findPython();
  const made = spawnSync(python, ["-m", "venv", "--clear", ".venv"], { encoding: "utf8" });
  if (made.status === 0) return;
  rmSync(".venv", { recursive: true, force: true });
  const reason = `${made.stdout ?? ""}${made.stderr ?? ""}`.trim();
  fail(
    /ensurepip|venv/.test(reason)
      ? `${python} cannot make virtual environments. On Debian and Ubuntu: sudo apt-get install python3-venv. It said: ${reason}`
      : `${python} -m venv failed: ${reason}`,
  );
}

function findPython() {
  const wanted = process.env.SOARLAB_PYTHON;
  const candidates = wanted ? [wanted] : ["python3", "python3.13", "python3.12", "python3.11"];
  const found = [];
  for (const candidate of candidates) {
    const { status, stdout } = spawnSync(candidate, ["-c", "import sys; print(*sys.version_info[:2])"], {
      encoding: "utf8",
    });
    if (status !== 0) continue;
    const [major, minor] = stdout.trim().split(" ").map(Number);
    if (major === 3 && minor >= 11) return candidate;
    found.push(`${candidate} is ${major}.${minor}`);
  }
  const none = wanted ? `SOARLAB_PYTHON, ${wanted}, does not run` : "none was found";
  return fail(`Python 3.11 or newer is needed: ${found.join(", ") || none}; set SOARLAB_PYTHON to one`);
}

/** torch comes in builds of several GB for GPUs; where there is no GPU the CPU build (200 MB) is enough. */
function installTorch() {
  const [, version] =
    readFileSync("server/requirements.lock", "utf8").match(/^torch==([\d.]+)/m) ??
    fail("server/requirements.lock pins no torch");
  const hasGpu = spawnSync("nvidia-smi", ["-L"]).status === 0;
  const cpuBuild = [`torch==${version}+cpu`];
  // First where this machine's pip looks anyway, then where PyTorch keeps its CPU builds.
  const sources = [[], ["--index-url", "https://download.pytorch.org/whl/cpu", "--retries", "1"]];
  for (const source of hasGpu ? [] : sources) {
    if (spawnSync(venvPython, [...pipInstall, ...cpuBuild, ...source], { stdio: "ignore" }).status === 0)
      return;
  }
  pip([`torch==${version}`], "pip could not install torch");
}

function pip(args, failure) {
  run(venvPython, [...pipInstall, ...args], `${failure}; is the package index reachable?`);
}

function checkDisk() {
  const { bavail, bsize } = statfsSync(root);
  const free = (bavail * bsize) / 2 ** 30;
  if (free < neededGigabytes) fail(`${root}: ${free.toFixed(1)} GB free; set-up needs ${neededGigabytes} GB`);
}

function run(command, args, hint) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0)
    fail(`${hint} (${command} ${args.join(" ")}: ${error?.message ?? `exit code ${status}`})`);
}

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
