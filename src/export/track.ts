import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { MetricRow } from "./metric-rows.js";

/** Trackers whose own Python client is used. */
export const trackers = ["trackio", "wandb"] as const;

export interface TrackParams {
  tracker: (typeof trackers)[number];
  /** Default "soarlab". */
  project?: string;
  /** The run's name there; tracking under the same name again resumes that run. */
  name: string;
  config?: object;
  /** Python interpreter that has the client. Default "python3". */
  python?: string;
  /** Called once if tracking fails; the tracked run continues. Default: console.warn. */
  onNotice?: (message: string) => void;
}

export interface Tracker {
  /** Sends the metrics of one step. */
  log(row: MetricRow): void;
  /** Waits until all is sent. */
  close(): Promise<void>;
}

/**
 * Sends metrics to trackio or W&B during a run, through the tracker's own Python client: its environment variables,
 * log-in and local modes work as usual. The client is a separate process.
 *
 * @throws Error if the client is not installed, or cannot start the run
 */
export async function track(params: TrackParams): Promise<Tracker> {
  const {
    tracker,
    project = "soarlab",
    name,
    config = {},
    python = "python3",
    onNotice = console.warn,
  } = params;
  const child = spawn(python, ["-c", bridge, tracker], { stdio: ["pipe", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", text => {
    errors = (errors + text).slice(-2000);
  });
  // Writes to a dead client are reported by its exit handler.
  child.stdin.on("error", () => {});
  const ended = new Promise<number | null>(resolve => {
    child.once("error", error => {
      errors = error.message;
      resolve(null);
    });
    child.once("close", resolve);
  });
  const send = (message: object) => child.stdin.write(`${JSON.stringify(message)}\n`);
  send({ project, name, config });
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, "line").then(() => true);
  const isReady = await Promise.race([ready, ended.then(() => false)]);
  if (!isReady) {
    const why = errors.trim().split("\n").at(-1) ?? "";
    const hint = why.includes("ModuleNotFoundError")
      ? `; install it: ${python} -m pip install ${tracker}`
      : "";
    throw new Error(`${tracker} cannot be used from ${python}: ${why}${hint}`);
  }
  let isClosing = false;
  ended.then(code => {
    if (!isClosing)
      onNotice(
        `${tracker} ended with ${code}; the run goes on without. ${errors.trim().split("\n").at(-1) ?? ""}`,
      );
  });
  return {
    log: ({ step, at: _, ...cells }) => {
      const metrics = Object.entries(cells).filter(
        ([, value]) => typeof value === "number" && Number.isFinite(value),
      );
      send({ step, metrics: Object.fromEntries(metrics) });
    },
    close: async () => {
      isClosing = true;
      child.stdin.end();
      const code = await ended;
      if (code !== 0)
        onNotice(`${tracker}: not everything was sent: ${errors.trim().split("\n").at(-1) ?? ""}`);
    },
  };
}

/** Hands each line of its input to the client; the client's output goes to stderr. The run handles Ctrl-C. */
const bridge = `
import importlib, json, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
replies, sys.stdout = sys.stdout, sys.stderr
client = importlib.import_module(sys.argv[1])
about = json.loads(sys.stdin.readline())
more = {"id": about["name"]} if sys.argv[1] == "wandb" else {"embed": False}
client.init(project=about["project"], name=about["name"], config=about["config"], resume="allow", **more)
print("ready", file=replies, flush=True)
for line in sys.stdin:
    row = json.loads(line)
    client.log(row["metrics"], step=row["step"])
client.finish()
`;
