// Tests against engines that others wrote: installs SkyRL 0.3.0 with JAX into an environment of its own in .cache/ (once;
// 2.3 GB, some minutes), then runs test/engines. Plain Node >= 20, no packages.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDisk, createVenv, installTorch, pip, step } from "./python-environment.mjs";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

const venv = join(".cache", "engines", "skyrl-0.3.0");
try {
  step(
    `SkyRL 0.3.0 (${venv})`,
    join(venv, ".soarlab-stamp"),
    ["scripts/engines.mjs", "server/requirements.lock"],
    () => {
      checkDisk(".");
      mkdirSync(dirname(venv), { recursive: true });
      createVenv(venv);
      // First, so that the engine's own requirement brings no build for GPUs.
      installTorch(venv);
      pip(venv, ["skyrl[tinker,jax]==0.3.0", "uv"], "pip could not install SkyRL");
      // Its typing.TypedDict is refused by pydantic before Python 3.12.
      const purelib = ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"];
      const packages = spawnSync(join(venv, "bin", "python"), purelib, { encoding: "utf8" }).stdout.trim();
      const patch = "import typing, typing_extensions; typing.TypedDict = typing_extensions.TypedDict\n";
      writeFileSync(join(packages, "zz_typeddict.pth"), patch);
    },
  );
} catch (error) {
  console.error(`set-up failed: ${error.message}`);
  process.exit(1);
}
const args = ["vitest", "run", "--config", "vitest.engines.config.ts", ...process.argv.slice(2)];
process.exitCode = spawnSync("npx", args, { stdio: "inherit" }).status ?? 1;
