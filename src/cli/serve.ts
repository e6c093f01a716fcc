import type { Command } from "commander";
import { startLocalServer } from "../training/start-local-server.js";
import { interruptible } from "./interruptible.js";

interface ServeOptions {
  model: string;
  device: "auto" | "cpu" | "cuda";
  dtype: "auto" | "float32" | "bfloat16";
  port: string;
  checkpoints?: string;
}

/** `soarlab serve`. */
export function registerServe(program: Command): void {
  program
    .command("serve")
    .description("start the local training server (Tinker API) and keep it until Ctrl-C")
    .option("--model <model>", "model folder or hub id", "data/gym-base")
    .option("--device <device>", "auto, cpu or cuda", "auto")
    .option("--dtype <dtype>", "auto, float32 or bfloat16", "auto")
    .option("--port <port>", "port on the loopback interface; 0 = any free one", "8000")
    .option("--checkpoints <folder>", "where checkpoints are kept")
    .action(async ({ port, ...options }: ServeOptions) => {
      await interruptible("server stopped", async signal => {
        const server = await startLocalServer({
          ...options,
          port: Number(port),
          signal,
          onLog: line => console.error(line),
        });
        console.log(`TINKER_BASE_URL=${server.url}`);
        console.log(`TINKER_API_KEY=${server.apiKey}`);
        const interrupted = new Promise<never>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
        try {
          throw new Error(await Promise.race([server.ended, interrupted]));
        } finally {
          await server.stop();
        }
      });
    });
}
