import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { serverEnvironment, serverPython } from "./server-python.js";
import { TrainingError } from "./training-error.js";

export interface LocalServerParams {
  /** Hugging Face model folder or hub id; see `findModel` for what else there is. */
  model: string;
  device?: "auto" | "cpu" | "cuda";
  dtype?: "auto" | "float32" | "bfloat16";
  /** Where the server keeps checkpoints; default: a temporary folder that goes with it, so that nothing can be resumed. */
  checkpoints?: string;
  /** 0 = any free port. */
  port?: number;
  /** Python interpreter with the server's packages; default: SOARLAB_PYTHON, the package's .venv, then python3. */
  python?: string;
  /** Called with each line of the server's log. */
  onLog?: (line: string) => void;
  /**
   * How long the server may be silent before it is ready, in ms; a model that it downloads first takes as long as it
   * takes. Default 120,000.
   */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** A training server that this process started and will end. */
export interface LocalServer {
  url: string;
  apiKey: string;
  pid: number;
  /** Folder of its checkpoints. */
  checkpoints: string;
  /** Settles with the reason when the server ends on its own. */
  ended: Promise<string>;
  /** Stops the server; resolves when it has exited. */
  stop(): Promise<void>;
}

const readySchema = z.object({ event: z.literal("ready"), url: z.url() });

const logTailLines = 30;

/**
 * Starts the local training server and waits until it answers. It is ended by `stop`, when this process exits, and (it
 * watches its parent) even when this process is killed.
 * @throws TrainingError with the end of the server's log if it does not start
 */
export async function startLocalServer(params: LocalServerParams): Promise<LocalServer> {
  params.signal?.throwIfAborted();
  const python = params.python ?? (await serverPython(params.onLog, params.signal));
  // The official SDK refuses keys without this prefix.
  const apiKey = `tml-${randomBytes(24).toString("base64url")}`;
  const tail: string[] = [];
  const checkpoints = params.checkpoints ?? mkdtempSync(join(tmpdir(), "soarlab-checkpoints-"));
  const child = spawn(python, serverArguments({ ...params, checkpoints }), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...serverEnvironment(), SOARLAB_API_KEY: apiKey },
    // Its own group: Ctrl-C reaches us alone, and we end it after the requests under way have been told.
    detached: true,
  });
  createInterface({ input: child.stderr! }).on("line", line => {
    tail.push(line);
    if (tail.length > logTailLines) tail.shift();
    params.onLog?.(line);
  });

  const kill = () => child.kill("SIGKILL");
  const cleanUp = () => {
    kill();
    if (!params.checkpoints) rmSync(checkpoints, { recursive: true, force: true, maxRetries: 3 });
  };
  process.once("exit", cleanUp);
  const ended = new Promise<string>(resolve => {
    child.once("error", error => resolve(`cannot run ${python}: ${error.message}`));
    // Not "exit": that may come before the last lines of the log.
    child.once("close", (code, signal) =>
      resolve(`the training server ended (${signal ?? `exit code ${code}`})`),
    );
  });
  ended.then(() => {
    process.off("exit", cleanUp);
    cleanUp();
  });

  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(kill, 3000);
    await ended;
    clearTimeout(timer);
  };
  try {
    const url = await firstLine(child, ended, params);
    return { url, apiKey, pid: child.pid!, checkpoints, ended, stop };
  } catch (error) {
    if (child.pid !== undefined) await stop();
    if (!(error instanceof TrainingError)) throw error;
    const lacksPackages = child.pid === undefined || tail.some(line => /^ModuleNotFoundError:/.test(line));
    const advice = `${python} is no Python with the server's packages: run npm run setup, or set SOARLAB_PYTHON to one`;
    const lines = [error.message, ...tail.map(line => `  ${line}`), ...(lacksPackages ? [advice] : [])];
    throw new TrainingError("unreachable", lines.join("\n"));
  }
}

function serverArguments(params: LocalServerParams): string[] {
  const options = {
    model: params.model,
    port: params.port ?? 0,
    device: params.device ?? "auto",
    dtype: params.dtype ?? "auto",
    checkpoints: params.checkpoints,
    "parent-pid": process.pid,
  };
  return [
    "-m",
    "soarlab_server",
    ...Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    ),
  ];
}

async function firstLine(
  child: ChildProcess,
  ended: Promise<string>,
  params: LocalServerParams,
): Promise<string> {
  const timeoutMs = params.timeoutMs ?? 120_000;
  const lines = createInterface({ input: child.stdout! });
  const ready = new Promise<string>(resolve => {
    lines.on("line", line => {
      const parsed = readySchema.safeParse(safeJson(line));
      if (parsed.success) resolve(parsed.data.url);
    });
  });
  const failed = ended.then(reason => {
    throw new TrainingError("unreachable", `${reason} before it was ready`);
  });
  let timer: NodeJS.Timeout | undefined;
  const postpone = () => timer?.refresh();
  const late = new Promise<never>((_, reject) => {
    const giveUp = () =>
      new TrainingError(
        "unreachable",
        `the training server was not ready, and silent for ${timeoutMs / 1000} s`,
      );
    timer = setTimeout(() => reject(giveUp()), timeoutMs);
    child.stderr!.on("data", postpone);
    params.signal?.addEventListener("abort", () => reject(params.signal!.reason), { once: true });
  });
  try {
    return await Promise.race([ready, failed, late]);
  } finally {
    child.stderr!.off("data", postpone);
    clearTimeout(timer);
  }
}

function safeJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
