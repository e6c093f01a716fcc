// Opens JupyterLab on notebooks/, with the TypeScript kernel of this clone. Further arguments go to JupyterLab, e.g.
// npm run notebooks -- --no-browser --port 9000
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, ".venv", "bin");
const jupyter = join(bin, "jupyter");
if (!existsSync(join(bin, "jupyter-lab"))) {
  console.error("notebooks: JupyterLab is not installed in .venv; run: node scripts/setup.mjs --notebooks");
  process.exit(1);
}
const kernel = spawnSync(process.execPath, [join(root, "scripts", "install-kernel.mjs")], {
  stdio: "inherit",
});
if (kernel.status !== 0) process.exit(kernel.status ?? 1);

const path = [bin, join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
const given = process.argv.slice(2);
const rootDir = given.some(argument => argument.startsWith("--ServerApp.root_dir="))
  ? []
  : [`--ServerApp.root_dir=${join(root, "notebooks")}`];
const args = ["lab", ...rootDir, ...given];
const lab = spawn(jupyter, args, { stdio: "inherit", env: { ...process.env, PATH: path } });
// Ctrl-C reaches JupyterLab itself, which asks before it stops; this process only waits for it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => lab.kill("SIGTERM"));
lab.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGTERM" ? 0 : 1)));
