// Opens JupyterLab on notebooks/, or on a folder of yours, with the TypeScript kernel of this clone: `soarlab notebook`.
// Further arguments go to JupyterLab, e.g. npm run notebooks -- ~/my-notebooks --no-browser --port 9000
import { spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const given = process.argv.slice(2);
// npm runs scripts in the clone, wherever it was called.
const folder =
  given[0]?.startsWith("-") === false
    ? resolve(process.env.INIT_CWD ?? ".", given.shift())
    : join(root, "notebooks");
const command = [join(root, "dist", "cli", "main.js"), "notebook", folder, ...given];
const notebook = spawn(process.execPath, command, { stdio: "inherit" });
process.on("SIGINT", () => {});
process.on("SIGTERM", () => notebook.kill("SIGTERM"));
notebook.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGTERM" ? 0 : 1)));
