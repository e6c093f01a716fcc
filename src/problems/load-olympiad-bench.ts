import { buildPool } from "./build-pool.js";
import { hubDataset } from "./hub-dataset.js";
import type { HubOptions } from "./hub-options.js";
import type { Pool } from "./pool.js";
import { readRows } from "./read-rows.js";

export interface LoadOlympiadBenchParams extends HubOptions {
  /** Default "OE_TO_maths_en_COMP": open-ended (verifiable), text only, mathematics, English (SOAR, section 4). */
  config?: string;
  /** A file with the data set's columns to read instead of the hub. */
  path?: string;
}

const dataset = "Hothan/OlympiadBench";

/**
 * OlympiadBench (He et al. 2024). Several final answers are one list; an answer that is a list although the row says that
 * it has one value is kept out.
 *
 * @throws HubError, or Error naming path, row and column.
 */
export async function loadOlympiadBench({
  config = "OE_TO_maths_en_COMP",
  path,
  ...hub
}: LoadOlympiadBenchParams = {}): Promise<Pool> {
  const fetched = path
    ? undefined
    : await hubDataset({
        ...hub,
        dataset,
        wants: file => file.endsWith(".parquet") && file.split(/[/.]/).includes(config),
        wanted: `parquet file of ${config}`,
      });
  const files = fetched?.files ?? [path!];
  const rows = (await Promise.all(files.map(readRows))).flat();
  const pool = buildPool({
    path: files.join(", "),
    rows,
    columns: { question: "question", answer: "final_answer", subject: "subfield", solution: "solution" },
    source: "OlympiadBench",
    split: "test",
    read: (name, value) => {
      if (name === "solution" && Array.isArray(value)) return value.join("\n\n");
      return name === "answer" && Array.isArray(value) ? value.map(toAnswer).join(", ") : value;
    },
    exclude: row => (/<img|<image|!\[/.test(String(row.question)) ? "the question has a picture" : undefined),
    isSingle: row => row.is_multiple_answer === false,
    tolerance: row => toTolerance(row.error),
  });
  const provenance = { source: "OlympiadBench", split: "test", files };
  return { ...pool, provenance: fetched ? { ...provenance, dataset, commit: fetched.commit } : provenance };
}

/** `$5$`, `$3$,$4$` and `5` say the same. */
function toAnswer(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\$/g, "").trim() : value;
}

/** The field `error`: `1e-1`, or one number per answer with commas between; undefined if it is empty or says anything else. */
function toTolerance(error: unknown): number[] | undefined {
  const values = String(error ?? "")
    .split(",")
    .map(text => (text.trim() === "" ? Number.NaN : Number(text)));
  return values.every(value => value >= 0) ? values : undefined;
}
