import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildPool } from "./build-pool.js";
import { downloadVerified } from "./download-verified.js";
import { HubError } from "./hub-error.js";
import type { HubOptions } from "./hub-options.js";
import { hubDefaults } from "./hub-options.js";
import type { Pool } from "./pool.js";
import { readRows } from "./read-rows.js";

export interface LoadHarpParams
  extends Pick<
    HubOptions,
    "revision" | "cacheDir" | "offline" | "fetch" | "retries" | "retryWaitMs" | "signal"
  > {
  /** HARP.jsonl.zip or HARP.jsonl on this machine. Default: the repository's, cached. */
  path?: string;
  /** Where the repository's files are served; the revision and the file's name are added. */
  repository?: string;
}

/**
 * HARP (Yue et al. 2024): short-answer problems of US competitions. Rows without a short answer (proofs) are kept out.
 *
 * @throws HubError, or Error naming path, row and column.
 */
export async function loadHarp({ path, ...options }: LoadHarpParams = {}): Promise<Pool> {
  const file = path ?? (await fetchHarp(options));
  const rows = await readRows(file);
  const first = rows[0]?.value ?? {};
  const solution = "solution_1" in first ? { solution: "solution_1" } : {};
  const pool = buildPool({
    path: file,
    // A proof has no answer field at all; that is a property of the problem here.
    rows: rows.map(({ row, value }) => ({ row, value: { answer: null, ...value } })),
    columns: { question: "problem", answer: "answer", level: "level", subject: "subject", ...solution },
    source: "HARP",
    split: "default",
    exclude: ({ answer }) => (answer === null || answer === "" ? "no short answer: a proof" : undefined),
  });
  return { ...pool, provenance: { source: "HARP", split: "default", files: [file] } };
}

async function fetchHarp({
  revision = "main",
  repository = "https://raw.githubusercontent.com/aadityasingh/HARP",
  ...options
}: Omit<LoadHarpParams, "path">): Promise<string> {
  const { cacheDir, offline, fetch } = hubDefaults(options);
  const path = join(cacheDir, "harp", encodeURIComponent(revision), "HARP.jsonl.zip");
  if (existsSync(path)) return path;
  if (offline) throw new HubError("unreachable", `HARP is not cached at ${path}, and offline was asked for.`);
  const url = `${repository.replace(/\/+$/, "")}/${revision}/HARP.jsonl.zip`;
  await downloadVerified({ url, path, fetch });
  return path;
}
