import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkUniqueIds } from "../problems/check-unique-ids.js";
import { problemSchema } from "../problems/problem.js";
import { connect } from "../training/connect.js";
import { loadTokenizer } from "../training/load-tokenizer.js";
import { startLocalServer } from "../training/start-local-server.js";
import type { ChatMessage } from "../training/tokenizer.js";
import { readWholeJsonl } from "../util/jsonl.js";
import { packageRoot } from "../util/package-root.js";
import { findFile } from "./find-file.js";
import { findModel } from "./find-model.js";
import type { Lab } from "./lab.js";
import type { LabConfig } from "./lab-config.js";
import { openDomain } from "./open-domain.js";

export interface OpenExperimentParams<Config> {
  config: Config;
  /** A server that runs already, e.g. one that several labs share; it stays when the lab is closed. */
  server?: { url: string; apiKey?: string };
  /** Where a local server keeps its checkpoints; default: a folder of its own under the system's temporary one. */
  checkpoints?: string;
  /** Key of a remote server; default: TINKER_API_KEY. */
  apiKey?: string;
  onServerLog?: (line: string) => void;
  signal?: AbortSignal;
}

/** `openLab` for any kind of experiment whose configuration is already checked. */
export async function openExperiment<Config extends LabConfig>(
  params: OpenExperimentParams<Config>,
): Promise<Lab<Config>> {
  const { config } = params;
  const model = await findModel(config.model.base, { onLog: params.onServerLog, signal: params.signal });
  const hard = { train: await readHalf(config, "train"), test: await readHalf(config, "test") };
  const { format, template, templateVariables, cutThinking } = config.prompts;
  const tokenizer = await loadTokenizer({ model, template, templateVariables, cutThinking });
  const domain = await openDomain(config.domain);
  const wording = { ...domain.prompts };
  for (const role of ["teacher", "teacherQuestion", "teacherAnswer", "student"] as const) {
    const file = config.prompts[role];
    if (file) wording[role] = await readFile(findFile(`prompts.${role}`, file), "utf8");
  }
  if (!wording.student.includes("{question}")) {
    throw new Error(
      `${config.prompts.student}: a student prompt must contain {question}, where the question goes`,
    );
  }
  const { version } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
  const system = await readSystemMessage(config);
  const encode = (...turns: string[]) =>
    format === "chat"
      ? tokenizer.encodeChat(conversation(system, turns))
      : tokenizer.encodePrompt(turns.join("\n\n"));

  const lost = new AbortController();
  const signal = params.signal ? AbortSignal.any([params.signal, lost.signal]) : lost.signal;
  const { device, dtype } = config.server;
  const url = params.server?.url ?? config.server.url;
  const server = url
    ? undefined
    : await startLocalServer({
        model,
        device,
        dtype,
        checkpoints: params.checkpoints,
        onLog: params.onServerLog,
        signal: params.signal,
      });
  // A server of ours that dies is known at once, without waiting for the retries of every request under way.
  server?.ended.then(reason => lost.abort(new Error(reason)));
  try {
    const service = await connect({
      baseUrl: url ?? server!.url,
      apiKey: server?.apiKey ?? params.server?.apiKey ?? params.apiKey,
      baseModel: url ? config.model.base : undefined,
      signal,
    });
    return {
      config,
      domain,
      service,
      tokenizer,
      hardSplit: hard,
      baseSampler: await service.sampler(),
      version,
      teacherPrompt: encode(wording.teacher),
      teacherTurns: {
        question: encode(wording.teacherQuestion),
        questionEnd: domain.questionEnd ? tokenizer.encode(domain.questionEnd) : [],
        answer: question => encode(wording.teacherQuestion, question, wording.teacherAnswer),
      },
      studentPrompt: question => encode(wording.student.replace("{question}", () => question)),
      signal,
      close: async () => {
        await service.close();
        await domain.close?.();
        await server?.stop();
      },
    };
  } catch (error) {
    await domain.close?.();
    await server?.stop();
    throw error;
  }
}

async function readSystemMessage({ prompts: { system, format } }: LabConfig): Promise<string | undefined> {
  if (system === undefined) return undefined;
  if (format !== "chat") throw new Error(`prompts.system needs prompts.format "chat", not "${format}"`);
  return (await readFile(findFile("prompts.system", system), "utf8")).trim();
}

/** A system message if there is one, then the user's and the assistant's messages in turn. */
function conversation(system: string | undefined, turns: readonly string[]): ChatMessage[] {
  const messages = turns.map(
    (content, i): ChatMessage => ({ role: i % 2 === 0 ? "user" : "assistant", content }),
  );
  return system === undefined ? messages : [{ role: "system", content: system }, ...messages];
}

async function readHalf({ hard }: LabConfig, half: "train" | "test") {
  const path = findFile(`hard.${half}`, hard[half]);
  const rows = await readWholeJsonl(path, problemSchema);
  if (rows.length === 0)
    throw new Error(`${path}: no problems; expected JSONL with id, source, split, question, answer`);
  try {
    checkUniqueIds(rows);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
  return rows;
}
