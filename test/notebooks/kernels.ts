import { spawn, spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../../src/util/package-root.js";

/** What a cell did. */
export interface CellResult {
  status: "ok" | "error" | "abort";
  /** What it printed. */
  text: string;
  /** What it showed, oldest first, by MIME type. */
  displays: Record<string, string>[];
  seconds: number;
}

export interface ExecuteOptions {
  /** Stops the cell, as the stop button does, once it has printed or shown this. */
  interruptAfter?: string;
  /** Longest silence of the cell. */
  seconds?: number;
}

/** Real kernels, each of one notebook. */
export interface Kernels {
  start(kernel: string, cwd: string): Promise<{ pid: number }>;
  restart(kernel: string): Promise<{ pid: number }>;
  execute(kernel: string, code: string, options?: ExecuteOptions): Promise<CellResult>;
  close(): Promise<void>;
}

/** Starts the driver of Jupyter kernels, kernels.py. */
export function startKernels(): Kernels {
  const bin = join(packageRoot, ".venv", "bin");
  spawnSync(process.execPath, [join(packageRoot, "scripts", "install-kernel.mjs")], { stdio: "inherit" });
  const driver = spawn(join(bin, "python"), [join(packageRoot, "test", "notebooks", "kernels.py")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) },
  });
  const ended = new Promise<void>(resolve => driver.once("exit", () => resolve()));
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: driver.stdout }).on("line", line => waiting.shift()?.(line));
  const ask = async <T>(command: object): Promise<T> => {
    driver.stdin.write(`${JSON.stringify(command)}\n`);
    const answer = JSON.parse(await new Promise<string>(resolve => waiting.push(resolve)));
    if (answer.error) throw new Error(`${JSON.stringify(command)}: ${answer.error}`);
    return answer;
  };
  return {
    start: (kernel, cwd) => ask({ op: "start", kernel, cwd }),
    restart: kernel => ask({ op: "restart", kernel }),
    execute: (kernel, code, { interruptAfter, seconds = 120 } = {}) =>
      ask({ op: "execute", kernel, code, interrupt_after: interruptAfter ?? null, seconds }),
    close: async () => {
      driver.stdin.end();
      await ended;
    },
  };
}
