import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import type { Domain } from "../problems/domain.js";
import { gymDomain } from "../problems/gym/gym-domain.js";
import { problemSchema } from "../problems/problem.js";
import { connect } from "../training/connect.js";
import { loadTokenizer } from "../training/load-tokenizer.js";
import { startLocalServer } from "../training/start-local-server.js";
import { readJsonl } from "../util/jsonl.js";
import { packageRoot } from "../util/package-root.js";
import type { SoarConfig, SoarConfigInput } from "./config.js";
import type { Lab } from "./lab.js";
import { parseConfig } from "./parse-config.js";

export interface OpenLabParams {
  config: SoarConfig | SoarConfigInput;
  /** Where a local server keeps its checkpoints; default: a folder of its own under the system's temporary one. */
  checkpoints?: string;
  /** Key of a remote server; default: TINKER_API_KEY. */
  apiKey?: string;
  onServerLog?: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Opens everything that an experiment works with: connects to the configured server or starts the local one, loads the
 * tokenizer, the problems and the prompts. Close it when done.
 */
export async function openLab(params: OpenLabParams): Promise<Lab> {
  const config = parseConfig(params.config);
  const model = findPath(config.model.base);
  const hard = { train: await readProblems(config.hard.train), test: await readProblems(config.hard.test) };
  const tokenizer = await loadTokenizer({ model });
  const domain = await openDomain(config.domain);
  const wording = {
    teacher: config.prompts.teacher
      ? await readFile(findPath(config.prompts.teacher), "utf8")
      : domain.prompts.teacher,
    student: config.prompts.student
      ? await readFile(findPath(config.prompts.student), "utf8")
      : domain.prompts.student,
  };
  if (!wording.student.includes("{question}")) {
    throw new Error(
      `${config.prompts.student}: a student prompt must contain {question}, where the question goes`,
    );
  }
  const { version } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
  const encode = config.prompts.format === "chat" ? tokenizer.encodeChat : tokenizer.encode;

  const lost = new AbortController();
  const signal = params.signal ? AbortSignal.any([params.signal, lost.signal]) : lost.signal;
  const { url, device, dtype } = config.server;
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
      apiKey: server?.apiKey ?? params.apiKey,
      baseModel: url ? config.model.base : undefined,
      signal,
    });
    return {
      config,
      domain,
      service,
      tokenizer,
      hard,
      base: await service.sampler(),
      version,
      teacherPrompt: encode(wording.teacher),
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

async function openDomain(name: SoarConfig["domain"]): Promise<Domain> {
  if (name === "gym") return gymDomain;
  // Its computer algebra takes a second to load, which the gym should not pay.
  const { createMathDomain } = await import("../problems/math-domain.js");
  return createMathDomain();
}

async function readProblems(path: string) {
  const found = findPath(path);
  const { rows } = await readJsonl(found, problemSchema);
  if (rows.length === 0)
    throw new Error(`${found}: no problems; expected JSONL with id, source, split, question, answer`);
  return rows;
}

/** A relative path as seen from here, or, for what soarlab brings along, from the package. */
function findPath(path: string): string {
  if (isAbsolute(path) || existsSync(path)) return resolve(path);
  const own = join(packageRoot, path);
  return existsSync(own) ? own : path;
}
