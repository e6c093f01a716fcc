import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkUniqueIds } from "../problems/check-unique-ids.js";
import type { Domain, Identity } from "../problems/domain.js";
import { problemSchema } from "../problems/problem.js";
import { connect } from "../training/connect.js";
import { probeEngine } from "../training/engine/probe-engine.js";
import { loadTokenizer } from "../training/load-tokenizer.js";
import type { Sampler } from "../training/sampler.js";
import { startLocalServer } from "../training/start-local-server.js";
import type { TrainingService } from "../training/training-service.js";
import { readWholeJsonl } from "../util/jsonl.js";
import { packageRoot } from "../util/package-root.js";
import { encodePrompts } from "./encode-prompts.js";
import { findFile } from "./find-file.js";
import { findModel } from "./find-model.js";
import { checkIdentity, identityOf } from "./identity.js";
import type { Lab } from "./lab.js";
import type { LabConfig } from "./lab-config.js";
import { type BuiltInDomain, openDomain } from "./open-domain.js";
import { placeStart } from "./place-start.js";
import { requireEngine } from "./require-engine.js";
import { softwareVersions } from "./software-versions.js";

/** Values that the user provides. A configuration keeps their name and version. */
export interface Outside {
  /** The domain, instead of the one that the configuration names. It stays open when the lab is closed. */
  domain?: Domain;
  /** Fixed weights in place of a training server: such a lab samples the base model and cannot train. */
  sampler?: Sampler & Identity;
}

export interface OpenExperimentParams<Config> extends Outside {
  config: Config;
  /** The hard problems, instead of the files that the configuration names. */
  hardSplit?: Lab["hardSplit"];
  /** A running server, e.g. one that several labs share; it keeps running when the lab is closed. */
  server?: { url: string; apiKey?: string; checkpoints?: string };
  /** Where a local server keeps its checkpoints; default: a new folder in the system's temporary folder. */
  checkpoints?: string;
  /** Key of a remote server; default: TINKER_API_KEY. */
  apiKey?: string;
  onServerLog?: (line: string) => void;
  /** Called with notices that are not errors: how soarlab adapts to an engine, what it is waiting for. */
  onNotice?: (notice: string) => void;
  signal?: AbortSignal;
}

/** `openLab` for any kind of experiment whose configuration is already checked. */
export async function openExperiment<Config extends LabConfig>(
  params: OpenExperimentParams<Config>,
): Promise<Lab<Config>> {
  const config = recordOutside(params.config, params);
  const model = await findModel(config.model.base, { onLog: params.onServerLog, signal: params.signal });
  const hardSplit = params.hardSplit ?? {
    train: await readHalf(config, "train"),
    test: await readHalf(config, "test"),
  };
  const { template, templateVariables, cutThinking } = config.prompts;
  const tokenizer = await loadTokenizer({ model, template, templateVariables, cutThinking });
  const { version } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
  const software = await softwareVersions();
  // Without an external domain, the configuration names a built-in one: `recordOutside` has checked it.
  const ownDomain = params.domain ? undefined : await openDomain(config.domain as BuiltInDomain);
  const domain = params.domain ?? ownDomain!;
  try {
    const prompts = await encodePrompts(config, domain, tokenizer);
    const weights = params.sampler ? samplerAlone(params.sampler, params) : await openServer(params, model);
    const close = async () => {
      await weights.close();
      await ownDomain?.close?.();
    };
    return { config, domain, tokenizer, hardSplit, version, software, ...prompts, ...weights, close };
  } catch (error) {
    await ownDomain?.close?.();
    throw error;
  }
}

/**
 * Returns a configuration that names the values passed in.
 * @throws Error as `checkIdentity` does
 */
export function recordOutside<Config extends LabConfig>(
  config: Config,
  { domain, sampler }: Outside,
): Config {
  checkIdentity({ field: "domain", configured: config.domain, given: domain, parameter: "domain" });
  checkIdentity({ field: "sampler", configured: config.sampler, given: sampler, parameter: "sampler" });
  return {
    ...config,
    ...(domain && { domain: identityOf(domain) }),
    ...(sampler && { sampler: identityOf(sampler) }),
  };
}

type Weights = Pick<Lab, "service" | "baseModel" | "start" | "baseSampler" | "signal" | "close">;

/** The configured server, or a local one that ends with the lab. */
async function openServer(params: OpenExperimentParams<LabConfig>, model: string): Promise<Weights> {
  const { server: wanted, model: configured } = params.config;
  const { device, dtype } = wanted;
  const url = params.server?.url ?? wanted.url;
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
  const lost = new AbortController();
  const signal = params.signal ? AbortSignal.any([params.signal, lost.signal]) : lost.signal;
  // If our own server dies, this is known at once, without waiting for the retries of pending requests.
  server?.ended.then(reason => lost.abort(new Error(reason)));
  let service: TrainingService | undefined;
  const close = async () => {
    await service?.close();
    await server?.stop();
  };
  try {
    service = await connect({
      baseUrl: url ?? server!.url,
      apiKey: server?.apiKey ?? params.server?.apiKey ?? params.apiKey,
      baseModel: url ? configured.base : undefined,
      resultTimeoutMs: wanted.timeoutHours * 3_600_000,
      onWait: params.onNotice,
      signal,
    });
    // Our own server follows the API; any other is probed.
    if (url) {
      service.engine = await probeEngine(service, params.config.model);
      for (const notice of requireEngine(params.config, service.engine))
        params.onNotice?.(`${url}: ${notice}`);
    }
    const local = server ?? params.server;
    const start = configured.start && (await placeStart(configured.start, local?.checkpoints));
    // The model stays loaded: unloading it would end its sampler.
    const base = start
      ? await service.loadModel(start, { rank: configured.rank, optimizer: false })
      : service;
    const baseSampler = await base.sampler();
    return { service, baseModel: service.baseModel, start, baseSampler, signal, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Takes the place of a server if there is only a sampler. */
function samplerAlone(
  sampler: Sampler & Identity,
  { config, signal }: OpenExperimentParams<LabConfig>,
): Weights {
  if (config.model.start)
    throw new Error(`model.start needs a training server; this lab has the sampler "${sampler.name}" alone`);
  // A loop takes a scope of the service and unloads its models at the end; here there are none.
  const harmless: Partial<TrainingService> = {
    engine: undefined,
    scope: () => service,
    unloadModels: async () => {},
  };
  const service = new Proxy(harmless as TrainingService, {
    get: (target, name) => {
      if (name in target) return Reflect.get(target, name);
      throw new Error(
        `${String(name)}: this lab has the sampler "${sampler.name}" and no training server, so it trains nothing and loads no checkpoint`,
      );
    },
  });
  const { base } = config.model;
  return { service, baseModel: base, start: undefined, baseSampler: sampler, signal, close: async () => {} };
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
