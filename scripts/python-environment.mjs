// Makes the Python environment that the training server runs in. In a clone set-up calls it; an installed soarlab runs it
// when it first starts a server: node python-environment.mjs FOLDER. Idempotent. Plain Node >= 20, no packages.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const lock = join("server", "requirements.lock");
const neededGigabytes = 4;
const pipInstall = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];

/**
 * Makes a virtual environment with the server's pinned packages, unless it is there already.
 * @param {string} venv its folder; the current folder is the package's
 * @throws Error that says what is missing
 */
export function makePythonEnvironment(venv) {
  step(`Python environment (${venv})`, join(venv, ".soarlab-stamp"), [lock], () => {
    checkDisk(".");
    createVenv(venv);
    installTorch(venv);
    pip(venv, ["-r", lock], "pip could not install the server's packages");
  });
}

/** Does a step unless its inputs are what they were when it was last done. */
export function step(name, stamp, inputs, action) {
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

/** Installs packages into an environment. */
export function pip(venv, args, failure) {
  run(pythonOf(venv), [...pipInstall, ...args], `${failure}; is the package index reachable?`);
}

/** Runs a command with its output shown as ours. */
export function run(command, args, hint) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (status !== 0)
    throw new Error(`${hint} (${command} ${args.join(" ")}: ${error?.message ?? `exit code ${status}`})`);
}

/** @throws Error if fewer gigabytes are free where the folder is */
export function checkDisk(folder, gigabytes = neededGigabytes) {
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / 2 ** 30;
  if (free < gigabytes)
    throw new Error(`${resolve(folder)}: ${free.toFixed(1)} GB free; ${gigabytes} GB are needed`);
}

function pythonOf(venv) {
  return join(venv, "bin", "python");
}

/** Makes a virtual environment, unless there is a working one. */
export function createVenv(venv) {
  // An interrupted set-up leaves one without pip, and one outlives the Python that it was made with.
  if (spawnSync(pythonOf(venv), ["-m", "pip", "--version"]).status === 0) return;
  const python = findPython();
  const made = spawnSync(python, ["-m", "venv", "--clear", venv], { encoding: "utf8" });
  if (made.status === 0) return;
  rmSync(venv, { recursive: true, force: true });
  const reason = `${made.stdout ?? ""}${made.stderr ?? ""}`.trim();
  throw new Error(
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
  throw new Error(`Python 3.11 or newer is needed: ${found.join(", ") || none}; set SOARLAB_PYTHON to one`);
}

/** torch comes in builds of several GB for GPUs; where there is no GPU the CPU build (200 MB) is enough. */
export function installTorch(venv) {
  const [, version] = readFileSync(lock, "utf8").match(/^torch==([\d.]+)/m);
  const hasGpu = spawnSync("nvidia-smi", ["-L"]).status === 0;
  const cpuBuild = [`torch==${version}+cpu`];
  // First where this machine's pip looks anyway, then where PyTorch keeps its CPU builds.
  const sources = [[], ["--index-url", "https://download.pytorch.org/whl/cpu", "--retries", "1"]];
  for (const source of hasGpu ? [] : sources) {
    if (spawnSync(pythonOf(venv), [...pipInstall, ...cpuBuild, ...source], { stdio: "ignore" }).status === 0)
      return;
  }
  pip(venv, [`torch==${version}`], "pip could not install torch");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
  try {
    makePythonEnvironment(process.argv[2]);
  } catch (error) {
    console.error(`set-up failed: ${error.message}`);
    process.exitCode = 1;
  }
}
