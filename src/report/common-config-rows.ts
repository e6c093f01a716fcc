import { nameOf } from "../lab/identity.js";
import type { LabConfig } from "../lab/lab-config.js";

/** The first rows of a table of a configuration, common to all experiments. */
export function commonConfigRows({ model, domain, seed }: LabConfig): [string, string][] {
  return [
    ["model", `${model.base}, ${model.rank === 0 ? "all weights" : `LoRA rank ${model.rank}`}`],
    ["domain, seed", `${nameOf(domain)}, seed ${seed}`],
  ];
}
