import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "../../src/util/package-root.js";

const cache = join(packageRoot, ".cache/engines");
const venv = join(cache, "skyrl-0.3.0");

/** SkyRL 0.3.0 with its JAX backend on the CPU, as a process of its own on loopback; its state survives a kill. */
export class SkyrlEngine {
  /** All that it has logged. */
  log = "";
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** @param folder where it keeps its database and checkpoints */
  static async start(folder: string): Promise<SkyrlEngine> {
    await mkdir(folder, { recursive: true });
    const engine = new SkyrlEngine(folder, await freePort());
    await engine.start();
    return engine;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it, or starts it again after a kill, and waits until it answers. */
  async start(): Promise<void> {
    const backend = {
      max_lora_adapters: 16,
      max_lora_rank: 8,
      train_micro_batch_size: 64,
      sample_max_num_sequences: 64,
    };
    const options = {
      host: "127.0.0.1",
      port: this.port,
      "base-model": join(packageRoot, "data/gym-base"),
      backend: "jax",
      "checkpoints-base": join(this.folder, "checkpoints"),
      "database-url": `sqlite:///${join(this.folder, "tinker.db")}`,
      "backend-config": JSON.stringify(backend),
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    // It starts its second process by the parent's command line, which must be uv's.
    const uv = ["run", "--no-project", "--active", "--offline", "-m", "skyrl.tinker.api", ...args];
    this.child = spawn(join(venv, "bin", "uv"), uv, {
      cwd: this.folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        VIRTUAL_ENV: venv,
        PATH: `${join(venv, "bin")}:${process.env.PATH}`,
        JAX_PLATFORMS: "cpu",
        HF_HUB_OFFLINE: "1",
        // Most of a test's time is compiling otherwise.
        JAX_COMPILATION_CACHE_DIR: join(cache, "jax-cache"),
        JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS: "0",
      },
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on("data", chunk => {
        this.log += chunk;
      });
    }
    while (!(await isAnswering(this.url))) {
      if (this.child.exitCode !== null) throw new Error(`SkyRL did not start:\n${this.log.slice(-3000)}`);
      await sleep(300);
    }
  }

  /** Ends both of its processes, by default without a chance to tidy up. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const { child } = this;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise(resolve => child.once("exit", resolve));
    process.kill(-child.pid, signal);
    await ended;
  }

  /** Process ids of what runs out of its environment. */
  static async processes(): Promise<number[]> {
    const pids = (await readdir("/proc")).map(Number).filter(Boolean);
    const commands = await Promise.all(
      pids.map(async pid => [pid, await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")] as const),
    );
    return commands.filter(([, command]) => command.includes(join(venv, "bin"))).map(([pid]) => pid);
  }
}

async function isAnswering(url: string): Promise<boolean> {
  return fetch(`${url}/api/v1/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
