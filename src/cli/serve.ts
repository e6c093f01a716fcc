import { type Command, Option } from "commander";
import { findModel } from "../lab/find-model.js";
import { startLocalServer } from "../training/start-local-server.js";
import { wholeNumber } from "./options.js";
import { runInterruptibly } from "./run-interruptibly.js";

interface ServeOptions {
  model: string;
  device: "auto" | "cpu" | "cuda";
  dtype: "auto" | "float32" | "bfloat16";
  port: number;
  checkpoints?: string;
}

/** `soarlab serve`. */
export function registerServe(program: Command): void {
  program
    .command("serve")
    .description("start the local training server (Tinker API); it runs until Ctrl-C")
    .option(
      "--model <model>",
      "model folder, GGUF file, hub id, or a name that `soarlab models get` knows",
      "data/gym-base",
    )
    .addOption(
      new Option("--device <device>", "device that the model runs on")
        .choices(["auto", "cpu", "cuda"])
        .default("auto"),
    )
    .addOption(
      new Option("--dtype <dtype>", "number format of its weights")
        .choices(["auto", "float32", "bfloat16"])
        .default("auto"),
    )
    .option("--port <port>", "port on the loopback interface; 0 = any free one", wholeNumber(0, 65_535), 8000)
    .option("--checkpoints <folder>", "folder of checkpoints")
    .action(async (options: ServeOptions) => {
      await runInterruptibly("server stopped", async signal => {
        const onLog = (line: string) => console.error(line);
        const model = await findModel(options.model, { signal, onLog });
        const server = await startLocalServer({ ...options, model, signal, onLog });
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
