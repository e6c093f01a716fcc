// Packs Node, the toolkit, the server and its Python packages for machines without a network:
//   node scripts/offline-bundle.mjs --out FOLDER     then copy FOLDER there and run sh FOLDER/unpack.sh
// Needs the set-up of this clone (npm run setup) and the registries.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeParts } from "./offline/write-parts.mjs";
import { checkDisk } from "./python-environment.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const venvPython = join(root, ".venv", "bin", "python");
/** Free disk that a bundle takes here while it is made, by --torch. */
const gigabytes = { cpu: 3, cuda: 14, none: 2 };
/** What the npm package lacks: the measurements and tests of the server. */
const extras = ["server/bench", "server/tests"];

try {
  await makeBundle(readOptions());
} catch (error) {
  console.error(`offline-bundle: ${error.message}`);
  process.exitCode = 1;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: "offline-bundle" },
      torch: { type: "string", default: "cpu" },
      python: { type: "string" },
      model: { type: "string", multiple: true, default: [] },
      "index-url": { type: "string" },
      "extra-index-url": { type: "string", multiple: true, default: [] },
    },
  });
  if (!(values.torch in gigabytes)) throw new Error(`--torch ${values.torch}: expected cpu, cuda or none`);
  if (values.python !== undefined && !/^3\.\d+$/.test(values.python))
    throw new Error(`--python ${values.python}: expected the version that the target has, e.g. 3.12`);
  const indexes = [
    ...(values["index-url"] ? ["--index-url", values["index-url"]] : []),
    ...values["extra-index-url"].flatMap(url => ["--extra-index-url", url]),
  ];
  return { ...values, out: resolve(values.out), indexes };
}

async function makeBundle({ out, torch, python, model, indexes }) {
  process.chdir(root);
  for (const file of [venvPython, "node_modules/node/bin/node"])
    if (!existsSync(file)) throw new Error(`there is no ${file}; run npm run setup first`);
  if (existsSync(out) && readdirSync(out).length > 0)
    throw new Error(`${out} is not empty: remove it, or name another folder with --out`);
  mkdirSync(out, { recursive: true });
  checkDisk(out, gigabytes[torch]);
  const version = python ?? run(venvPython, ["-c", "import sys; print(*sys.version_info[:2], sep='.')"]);

  const folder = mkdtempSync(join(out, ".making-"));
  try {
    say("Node and the toolkit");
    packToolkit(folder);
    say(`Python packages for Python ${version}, torch: ${torch}`);
    packWheels(folder, version, torch, indexes);
    const models = join(folder, "toolkit", ".cache", "models");
    for (const name of model) {
      say(`the model ${name}`);
      run(venvPython, ["-m", "soarlab_server.get_model", name], {
        ...process.env,
        PYTHONPATH: join(root, "server"),
        SOARLAB_MODELS: models,
      });
    }
    say("the parts");
    const count = await writeParts({ folder, out, python: version, withTorch: torch !== "none" });
    console.log(`${count} parts in ${out}. Copy that folder to the other machine; there: sh unpack.sh`);
  } catch (error) {
    for (const name of readdirSync(out)) rmSync(join(out, name), { recursive: true });
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** bin/ and toolkit/: the npm package with its locked production dependencies. */
function packToolkit(folder) {
  mkdirSync(join(folder, "bin"));
  cpSync("node_modules/node/bin/node", join(folder, "bin", "node"));
  cpSync("scripts/offline/soarlab.sh", join(folder, "bin", "soarlab"));
  chmodSync(join(folder, "bin", "soarlab"), 0o755);

  run("npm", ["run", "build"]);
  const packed = run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]);
  run("tar", ["-xzf", join(folder, packed), "-C", folder]);
  rmSync(join(folder, packed));
  const toolkit = join(folder, "toolkit");
  run("mv", [join(folder, "package"), toolkit]);
  cpSync("package-lock.json", join(toolkit, "package-lock.json"));
  const omitted = ["--omit=dev", "--omit=optional", "--omit=peer"];
  const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  run("npm", ["ci", "--prefix", toolkit, ...omitted, ...quietly]);
  const filter = path => !path.includes("__pycache__");
  for (const extra of extras) cpSync(extra, join(toolkit, extra), { recursive: true, filter });
}

/** wheels/ and requirements.txt. */
function packWheels(folder, python, torch, indexes) {
  const lock = readFileSync("server/requirements.lock", "utf8");
  const [line, version] = lock.match(/^torch==([\d.]+)$/m);
  const requirements = join(folder, "requirements.txt");
  const others = lock.replace(`${line}\n`, "");
  writeFileSync(requirements, others);

  const wheels = join(folder, "wheels");
  const target = ["--only-binary=:all:", "--python-version", python, "--dest", wheels];
  const download = [...["-m", "pip", "download", "--quiet", "--disable-pip-version-check"], ...target];
  // The lock is complete, so what a package asks for need not be looked up again.
  run(venvPython, [...download, ...indexes, "--no-deps", "-r", requirements]);
  if (torch === "none") return;

  const wanted = torch === "cpu" ? `torch==${version}+cpu` : `torch==${version}`;
  const get = options => run(venvPython, [...download, ...options, "-c", requirements, wanted]);
  try {
    get(indexes);
  } catch (error) {
    if (torch !== "cpu" || indexes.length > 0) throw error;
    // Where PyTorch keeps its CPU builds.
    get(["--extra-index-url", "https://download.pytorch.org/whl/cpu"]);
  }
  writeFileSync(requirements, `${others}${wanted}\n`);
}

/** Runs a command and returns what it printed. */
function run(command, args, env = process.env) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", env });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr.trim()}`);
  return stdout.trim();
}

function say(what) {
  console.error(`offline-bundle: ${what} ...`);
}
