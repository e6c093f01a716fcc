import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { datasetInfo, HUB_URL, HubApiError, listFiles } from "@huggingface/hub";
import { z } from "zod";
import { environment } from "../util/environment.js";
import { downloadVerified } from "./download-verified.js";
import { HubError } from "./hub-error.js";
import { type HubOptions, hubDefaults } from "./hub-options.js";

export interface HubDatasetParams extends HubOptions {
  /** Name of the data set, e.g. "DigitalLearningGmbH/MATH-lighteval". */
  dataset: string;
  /** Which of its files are wanted. */
  wants: (path: string) => boolean;
  /** Description of the wanted files, for the error if there are none. */
  wanted: string;
}

export interface HubDataset {
  /** Paths on this machine, sorted by their paths in the data set. */
  files: string[];
  /** The commit that they belong to. */
  commit: string;
}

/** The names become paths of the cache, which none may lead out of. */
const pathSchema = z
  .string()
  .refine(path => !path.split(/[/\\]/).includes(".."), "a path out of the data set");

const manifestSchema = z.object({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  files: z.array(
    z.object({ path: pathSchema, size: z.int(), oid: z.string().optional(), sha256: z.string().optional() }),
  ),
});

type Manifest = z.infer<typeof manifestSchema>;

/**
 * Files of a data set on the hub, from the cache if they are there. A revision that is a commit needs no network once
 * it is cached; a branch is looked up, and if the hub cannot be reached its last known commit is used, with a notice.
 *
 * @throws HubError, by kind.
 */
export async function hubDataset(params: HubDatasetParams): Promise<HubDataset> {
  const options = withDefaults(params);
  const { dataset, folder, wants, wanted, token, endpoint } = options;
  const manifest = await readManifest(options);
  const { commit } = manifest;
  const chosen = manifest.files.filter(({ path }) => wants(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  if (chosen.length === 0) {
    const some = manifest.files.map(({ path }) => path).slice(0, 8);
    throw new HubError("not found", `${dataset} at ${commit} has no ${wanted}. It has: ${some.join(", ")}.`);
  }
  const files: string[] = [];
  for (const { path, size, oid, sha256 } of chosen) {
    const local = join(folder, commit, ...path.split("/"));
    files.push(local);
    if (existsSync(local)) continue;
    if (options.offline) {
      throw new HubError(
        "unreachable",
        `${dataset}: ${path} is not cached in ${folder}, and offline was asked for.`,
      );
    }
    const hash = sha256
      ? ({ algorithm: "sha256", value: sha256 } as const)
      : oid
        ? ({ algorithm: "git-sha1", value: oid } as const)
        : undefined;
    const url = `${endpoint}/datasets/${dataset}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    try {
      await downloadVerified({ url, headers, path: local, size, hash, fetch: options.fetch });
    } catch (error) {
      throw explain(error, dataset, options);
    }
  }
  return { files, commit };
}

function withDefaults(params: HubDatasetParams) {
  const { dataset, revision = "main" } = params;
  const { cacheDir, offline, fetch } = hubDefaults(params);
  return {
    ...params,
    revision,
    token: params.token ?? environment.hubToken,
    endpoint: (params.endpoint ?? environment.hubEndpoint ?? HUB_URL).replace(/\/+$/, ""),
    folder: join(cacheDir, "datasets", ...dataset.split("/")),
    offline,
    fetch,
    onNotice: params.onNotice ?? console.warn,
  };
}

type Options = ReturnType<typeof withDefaults>;

/** The commit and files of a revision: a manifest is kept for each commit, and for each name the commit last seen. */
async function readManifest(options: Options): Promise<Manifest> {
  const { dataset, revision, folder, offline } = options;
  const isCommit = /^[0-9a-f]{40}$/.test(revision);
  const known = join(folder, `${encodeURIComponent(revision)}.json`);
  const cached = existsSync(known) ? parseManifest(await readFile(known, "utf8")) : undefined;
  if (cached && (isCommit || offline)) return cached;
  if (offline) {
    throw new HubError(
      "unreachable",
      `${dataset} at ${revision} is not cached in ${folder}, and offline was asked for.`,
    );
  }
  try {
    const manifest = await fetchManifest(options);
    await mkdir(folder, { recursive: true });
    for (const name of new Set([revision, manifest.commit])) {
      await writeFile(join(folder, `${encodeURIComponent(name)}.json`), JSON.stringify(manifest, null, 1));
    }
    return manifest;
  } catch (error) {
    const explained = explain(error, dataset, options);
    if (!cached || !(explained instanceof HubError) || explained.kind !== "unreachable") throw explained;
    options.onNotice(`${explained.message} Using commit ${cached.commit} from the cache.`);
    return cached;
  }
}

/** Returns a kept manifest; an incompletely written one is ignored. */
function parseManifest(text: string): Manifest | undefined {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function fetchManifest({ dataset, revision, token, endpoint, fetch: send }: Options) {
  const access = { hubUrl: endpoint, fetch: send, ...(token && { accessToken: token }) };
  const info = await datasetInfo({ name: dataset, revision, additionalFields: ["sha"], ...access });
  const commit = info.sha;
  const files: Manifest["files"] = [];
  const repo = { type: "dataset", name: dataset } as const;
  for await (const { type, path, size, oid, lfs } of listFiles({
    repo,
    revision: commit,
    recursive: true,
    ...access,
  })) {
    if (type === "file") files.push({ path, size: lfs?.size ?? size, oid, sha256: lfs?.oid });
  }
  const parsed = manifestSchema.safeParse({ commit, files });
  if (parsed.success) return parsed.data;
  throw new HubError(
    "protocol",
    `${dataset}: the hub's answer is not understood: ${z.prettifyError(parsed.error)}`,
  );
}

/** Any error as one that says what was asked of whom, and what to do. */
function explain(error: unknown, dataset: string, { endpoint, revision, token, signal }: Options): unknown {
  if (signal?.aborted || (error instanceof HubError && error.status === undefined)) return error;
  const status =
    error instanceof HubApiError ? error.statusCode : error instanceof HubError ? error.status : undefined;
  const options = { cause: error, status };
  const where = `${dataset} at ${revision} (${endpoint})`;
  if (status === 401 || status === 403) {
    const advice = token
      ? "The token has no access to it: accept the data set's conditions, or use another token."
      : "It may need a token: set HF_TOKEN.";
    return new HubError("unauthorized", `${where}: the hub answered ${status}. ${advice}`, options);
  }
  if (status === 404)
    return new HubError("not found", `${where}: the hub knows no such data set, revision or file.`, options);
  if (status === 429) {
    return new HubError(
      "rate limited",
      `${where}: too many requests, and still so after every retry. Try later.`,
      options,
    );
  }
  if (status === undefined || status >= 500) {
    if (error instanceof TypeError || status !== undefined || error instanceof HubError) {
      const what = status === undefined ? "no answer" : `it answered ${status}`;
      return new HubError("unreachable", `${where}: the hub could not be reached (${what}).`, options);
    }
    return error;
  }
  return new HubError("protocol", `${where}: the hub answered ${status}.`, options);
}
