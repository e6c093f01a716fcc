import { existsSync, openAsBlob } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { type RunRecord, runFiles } from "../../soar/run-log.js";
import { cardTable, citation, percent } from "./card-parts.js";
import type { PublishedFile } from "./publish.js";

export interface ModelFilesParams {
  /** OWNER/NAME on the hub, as the card names it. */
  repo: string;
  run: RunRecord;
  /** License of the weights, as the hub names it. Default: none is stated, since the base model's applies. */
  license?: string;
}

/**
 * Files to publish of a run's weights: last promoted student and teacher, without optimizer states, and a card.
 * Files are opened, not read: they may be larger than memory.
 *
 * @throws Error if the run has no checkpoint on this machine, e.g. because it was trained on a remote server
 */
export async function modelFiles({ repo, run, license }: ModelFilesParams): Promise<PublishedFile[]> {
  const checkpoints = {
    student: run.promotions.at(-1)?.checkpoint,
    teacher: run.steps.at(-1)?.teacher.checkpoint,
  };
  const files: PublishedFile[] = [];
  for (const [role, checkpoint] of Object.entries(checkpoints)) {
    const path = checkpoint?.replace(/^tinker:\/\//, "");
    if (path === undefined || path.split("/").includes("..")) continue;
    const folder = join(run.folder, runFiles.checkpoints, path);
    if (!existsSync(folder)) continue;
    for (const name of (await readdir(folder)).sort()) {
      if (name.startsWith("optimizer.")) continue;
      files.push({ path: `${role}/${name}`, content: await openAsBlob(join(folder, name)) });
    }
  }
  if (files.length === 0) {
    throw new Error(
      `${run.folder}: no checkpoint of a promoted student or a teacher in ${join(run.folder, runFiles.checkpoints)}`,
    );
  }
  return [{ path: "README.md", content: new Blob([card({ repo, run, license }, files)]) }, ...files];
}

function card({ repo, run, license }: ModelFilesParams, files: readonly PublishedFile[]): string {
  const { config, start, promotions, steps } = run;
  const baseModel = start?.baseModel ?? config.model.base;
  const header = {
    ...(license && { license }),
    // The hub looks base models up by their ids; a folder has none.
    ...(/^[\w-][\w.-]*\/[\w.-]+$/.test(baseModel) && { base_model: baseModel }),
    tags: ["soarlab", "soar", "reinforcement-learning"],
  };
  const roles = [...new Set(files.map(({ path }) => path.split("/")[0]!))];
  const about = {
    student: "the last student that a promotion made the baseline",
    teacher: "the teacher after the last outer step",
  } as Record<string, string>;
  const accuracy = promotions.at(-1)?.accuracy ?? start?.baseline;
  const rows = [
    { what: "base model", value: baseModel },
    { what: "domain", value: String(config.domain) },
    { what: "LoRA rank (0: all weights)", value: config.model.rank },
    { what: "outer steps", value: steps.length },
    { what: "promotions", value: promotions.length },
    {
      what: "hard problems (train half) solved before, %",
      value: start ? percent(start.baseline.train) : "",
    },
    { what: "after the last promotion, %", value: accuracy ? percent(accuracy.train) : "" },
  ];
  return [
    `---\n${stringify(header)}---`,
    `# ${repo.split("/")[1]}`,
    "Weights of a SOAR run ([arXiv 2601.18778](https://arxiv.org/abs/2601.18778)), made with soarlab: " +
      `${roles.map(role => `\`${role}/\` is ${about[role]}`).join("; ")}. \`checkpoint.json\` says base model and LoRA ` +
      "adapters; `model.safetensors` holds the trained tensors.",
    cardTable(rows),
    "## Citation",
    `${citation}\n`,
  ].join("\n\n");
}
