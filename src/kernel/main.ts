#!/usr/bin/env node
import { createRequire } from "node:module";
import { showTable } from "../figures/notebook/show-table.js";
import { isFrame } from "../util/frame-rows.js";
import { setCurrentCell, setKernelId } from "../util/notebook-kernel.js";
import { listenForStop } from "../util/stop-signal.js";
import { addPackageFallback, type TypeScript } from "./package-fallback.js";
import { fixTslab } from "./tslab-fixes.js";

/*
 * The kernel of soarlab's notebooks: tslab, patched (tslab-fixes.ts), that finds soarlab from any folder
 * (package-fallback.ts) and shows a DataFrame at the end of a cell as a table. Jupyter starts it with the path of a
 * connection file, as kernel-spec.ts says.
 */

const [connectionFile] = process.argv.slice(2);
if (!connectionFile) {
  console.error("soarlab's kernel is started by Jupyter; to register it: soarlab kernel install");
  process.exit(1);
}

setKernelId(connectionFile);
const require = createRequire(import.meta.url);
const missed = fixTslab();
const tslab = (file: string) => require(require.resolve(`tslab/dist/${file}.js`));
const fromTslab = createRequire(require.resolve("tslab/package.json"));
addPackageFallback(fromTslab("@tslab/typescript-for-tslab") as TypeScript);

const { createConverter } = tslab("converter");
const { createExecutor } = tslab("executor");
const { JupyterHandlerImpl, ZmqServer } = tslab("jupyter") as TslabJupyter;
for (const fix of missed()) console.error(`soarlab's kernel: tslab is another version than expected: ${fix}`);

/** The part of tslab/dist/jupyter.js that is used. */
interface TslabJupyter {
  JupyterHandlerImpl: new (
    executor: unknown,
    isJs: boolean,
  ) => { handleExecuteImpl(...request: unknown[]): Promise<unknown> };
  ZmqServer: new (
    handler: unknown,
    connectionFile: string,
  ) => { init(): Promise<void>; handleExecute(socket: unknown, message: object): Promise<void> };
}

/** Reports which cell runs. */
class Handler extends JupyterHandlerImpl {
  override handleExecuteImpl(request: { code: string; cell?: string }, ...rest: unknown[]): Promise<unknown> {
    setCurrentCell(request.cell ?? request.code);
    return super.handleExecuteImpl(request, ...rest);
  }
}

/** Passes on the cell that a front end names with its request. */
class Server extends ZmqServer {
  override handleExecute(
    socket: unknown,
    message: { metadata: { cellId?: string; cell_id?: string }; content: { cell?: string } },
  ): Promise<void> {
    message.content.cell = message.metadata.cellId ?? message.metadata.cell_id;
    return super.handleExecute(socket, message);
  }
}

const converter = createConverter({ isJS: false, isBrowser: false });
let browser: unknown;
const converters = {
  node: converter,
  get browser() {
    browser ??= createConverter({ isJS: false, isBrowser: true });
    return browser;
  },
  close: () => converter.close(),
};
const executor = createExecutor(process.cwd(), converters, {
  log: (value: unknown) => (isFrame(value) ? showTable(value) : console.log(value)),
  error: console.error,
});
process.on("SIGINT", () => executor.interrupt());
listenForStop();
process.on("uncaughtException", error => console.error("UncaughtException:", error));
process.on("unhandledRejection", reason => console.error("UnhandledPromiseRejection:", reason));

await new Server(new Handler(executor, false), connectionFile).init();
// Preload what nearly every first cell needs: its types, and the package itself.
setTimeout(() => {
  converter.convert("", 'import * as soar from "soarlab";');
  try {
    createRequire(`${process.cwd()}/cell.js`)("soarlab");
  } catch (error) {
    console.error("soarlab's kernel:", error);
  }
}, 100);
