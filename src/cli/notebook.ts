import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { installKernel, removeKernel, userJupyterFolder } from "../kernel/kernel-spec.js";
import { packageRoot } from "../util/package-root.js";

/** `soarlab notebook` and `soarlab kernel`. */
export function registerNotebook(program: Command): void {
  program
    .command("notebook")
    .description("open JupyterLab with soarlab's TypeScript kernel, which finds soarlab from any folder")
    .usage("[folder] [JupyterLab options]")
    .argument(
      "[folder...]",
      "folder of the notebooks (default: the working directory), then options for JupyterLab",
    )
    .allowUnknownOption()
    .action(async (given: string[]) => {
      const [folder, options] = given[0]?.startsWith("-") ? [".", given] : [given[0] ?? ".", given.slice(1)];
      process.exitCode = await openJupyterLab(resolve(folder), options);
    });

  const kernel = program
    .command("kernel")
    .description("register the TypeScript kernel for your own JupyterLab or VS Code");
  kernel
    .command("install")
    .description("register the kernel for this user")
    .option("--prefix <folder>", "register it in this Python environment instead, e.g. .venv")
    .action(({ prefix }: { prefix?: string }) => console.log(installKernel(dataFolder(prefix))));
  kernel
    .command("remove")
    .description("unregister the kernel for this user")
    .option("--prefix <folder>", "unregister it from this Python environment instead")
    .action(({ prefix }: { prefix?: string }) => {
      const folder = dataFolder(prefix);
      console.log(removeKernel(folder) ?? `${folder}: the kernel is not registered there`);
    });
}

function dataFolder(prefix: string | undefined): string {
  if (prefix === undefined) return userJupyterFolder();
  if (!existsSync(prefix)) throw new Error(`--prefix ${prefix}: no such folder`);
  return join(resolve(prefix), "share", "jupyter");
}

/** Runs JupyterLab until it ends; returns its exit code. */
async function openJupyterLab(folder: string, options: string[]): Promise<number> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Error(`${folder}: no such folder`);
  }
  const jupyter = findJupyterLab();
  // Only this JupyterLab knows it; `soarlab kernel install` is for all of the user's.
  const kernels = mkdtempSync(join(tmpdir(), "soarlab-jupyter-"));
  try {
    installKernel(kernels);
    const join = (...paths: (string | undefined)[]) => paths.filter(Boolean).join(delimiter);
    const lab = spawn(
      jupyter,
      [`--ServerApp.root_dir=${folder}`, "--MultiKernelManager.default_kernel_name=soarlab", ...options],
      {
        stdio: "inherit",
        env: {
          ...process.env,
          PATH: join(dirname(jupyter), process.env.PATH),
          JUPYTER_PATH: join(kernels, process.env.JUPYTER_PATH),
        },
      },
    );
    // Ctrl-C reaches JupyterLab itself, which asks before it stops; this process only waits for it.
    process.on("SIGINT", () => {});
    process.on("SIGTERM", () => lab.kill("SIGTERM"));
    return await new Promise((resolve, reject) => {
      lab.on("error", reject);
      lab.on("exit", (code, signal) => resolve(code ?? (signal === "SIGTERM" ? 0 : 1)));
    });
  } finally {
    rmSync(kernels, { recursive: true, force: true });
  }
}

function findJupyterLab(): string {
  const folders = [join(packageRoot, ".venv", "bin"), ...(process.env.PATH ?? "").split(delimiter)];
  const found = folders.map(folder => join(folder, "jupyter-lab")).find(existsSync);
  if (found) return found;
  const isClone = existsSync(join(packageRoot, "scripts", "setup.mjs"));
  throw new Error(
    `JupyterLab is not installed; run: ${isClone ? "node scripts/setup.mjs --notebooks" : "pip install jupyterlab"}`,
  );
}
