import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { type AnswerKind, answerKind, answerKinds } from "../problems/answer-kind.js";
import { loadHarp } from "../problems/load-harp.js";
import { loadMath } from "../problems/load-math.js";
import { loadOlympiadBench } from "../problems/load-olympiad-bench.js";
import { loadProblems } from "../problems/load-problems.js";
import type { Pool } from "../problems/pool.js";
import { problemSchema } from "../problems/problem.js";
import { readRows } from "../problems/read-rows.js";
import { selectProblems } from "../problems/select-problems.js";
import { readWholeJsonl } from "../util/jsonl.js";
import { writeWholeFile } from "../util/write-whole-file.js";
import { wholeNumber } from "./options.js";
import { prepareOutputFile } from "./prepare-output-file.js";
import { runInterruptibly } from "./run-interruptibly.js";

interface ProblemsOptions {
  out: string;
  data?: string;
  split: "train" | "test";
  level?: string[];
  subject?: string[];
  answerKind?: AnswerKind[];
  maxQuestionLength?: number;
  limit?: number;
  seed: number;
  question?: string;
  answer?: string;
  solution?: string;
  source?: string;
}

/** `soarlab problems`. */
export function registerProblems(program: Command): void {
  program
    .command("problems")
    .description(
      "problems of a data set or a table as a pool for soarlab hard: those that can be graded, by choice filtered",
    )
    .argument("<source>", "math, harp, olympiadbench, or a table (.jsonl, .json, .csv, .tsv, .parquet, .zip)")
    .requiredOption("--out <file>", "the pool, as JSONL")
    .option("--data <path>", "file or folder with the data set (default: the hub's, cached)")
    .addOption(new Option("--split <split>", "of MATH").choices(["train", "test"]).default("test"))
    .option("--level <level...>", "keep these levels, e.g. 4 5")
    .option("--subject <subject...>", "keep these subjects")
    .addOption(new Option("--answer-kind <kind...>", "keep answers of these kinds").choices(answerKinds))
    .option("--max-question-length <n>", "longest question, in characters", wholeNumber(1))
    .option("--limit <n>", "at most so many problems, drawn at random", wholeNumber(1))
    .option("--seed <n>", "of that draw", wholeNumber(0), 0)
    .option(
      "--question <column>",
      "of a table: the column of the question (default: question, or MATH's problem)",
    )
    .option("--answer <column>", "of the answer (default: answer, else the last box of the solution)")
    .option("--solution <column>", "of the solution (default: solution)")
    .option("--source <name>", "of a table: its name, a part of every id (default: the file's)")
    .action(async (source: string, options: ProblemsOptions) => {
      const pool = await runInterruptibly("interrupted; nothing was written", signal =>
        loadPool(source, options, signal),
      );
      const { problems, leftOut } = selectProblems({
        ...options,
        problems: pool.problems,
        levels: options.level,
        subjects: options.subject,
        answerKinds: options.answerKind,
      });
      const out = await prepareOutputFile(options.out, options.data ?? source);
      await writeWholeFile(out, problems.map(problem => `${JSON.stringify(problem)}\n`).join(""));
      print(pool, problems, leftOut);
      console.log(`wrote ${problems.length} problems to ${options.out}`);
    });
}

async function loadPool(source: string, options: ProblemsOptions, signal: AbortSignal): Promise<Pool> {
  const { data, split } = options;
  const hub = { signal, onNotice: (notice: string) => console.error(notice) };
  switch (source) {
    case "math":
      return loadMath({ ...hub, split, path: findData(data, source, [split]) });
    case "harp":
      return loadHarp({ ...hub, path: findData(data, source, ["HARP"]) });
    case "olympiadbench":
      return loadOlympiadBench({ ...hub, path: findData(data, source, ["test", "OE_TO_maths_en_COMP"]) });
  }
  if (!existsSync(source)) throw new Error(`${source} is neither math, harp or olympiadbench nor a file`);
  const first = (await readRows(source))[0]?.value ?? {};
  if (problemSchema.safeParse(first).success) {
    const problems = await readWholeJsonl(source, problemSchema);
    return { problems, excluded: [], provenance: { source: "pool", split: "", files: [source] } };
  }
  const { question = "question" in first ? undefined : "problem", answer, solution } = options;
  const subject = "subject" in first || !("type" in first) ? undefined : "type";
  const named = Object.entries({ question, answer, solution, subject });
  const columns = Object.fromEntries(named.filter(([, column]) => column !== undefined));
  return loadProblems({ path: source, columns, source: options.source });
}

/** The file of a data set in a folder, or in its subfolder of the source's name. */
function findData(data: string | undefined, source: string, stems: string[]): string | undefined {
  if (data === undefined || !existsSync(data) || !statSync(data).isDirectory()) return data;
  const names = stems.flatMap(stem => [".jsonl", ".jsonl.zip", ".json", ".parquet"].map(end => stem + end));
  const found = [data, join(data, source)]
    .flatMap(folder => names.map(name => join(folder, name)))
    .find(existsSync);
  if (found) return found;
  throw new Error(
    `${data} has no file of ${source}; expected one of ${names.join(", ")}, also in a folder ${source}`,
  );
}

function print(
  { problems, excluded, provenance }: Pool,
  kept: Pool["problems"],
  leftOut: Record<string, number>,
): void {
  const { source, split, files, commit } = provenance;
  const where = commit ? `commit ${commit.slice(0, 12)}` : files.join(", ");
  console.log(`${source}${split ? ` ${split}` : ""} (${where}): ${problems.length + excluded.length} rows`);
  // Reasons that only differ by the row or the answer that they quote count as one.
  const reasons = counts(
    excluded.map(({ reason }) => reason.replace(/(?<=does not parse):.*| as row \d+$/s, "")),
  );
  for (const [reason, count] of reasons) console.log(`  ${String(count).padStart(6)} left out: ${reason}`);
  for (const [filter, count] of Object.entries(leftOut)) {
    console.log(`  ${String(count).padStart(6)} left out by ${filter}`);
  }
  console.log(`  ${String(kept.length).padStart(6)} kept`);
  const groups = {
    level: kept.map(({ level = "-" }) => level),
    subject: kept.map(({ subject = "-" }) => subject),
    answer: kept.map(({ answer }) => answerKind(answer)),
  };
  for (const [name, values] of Object.entries(groups)) {
    const shown = counts(values).map(([value, count]) => `${value} ${count}`);
    if (shown.length > 0)
      console.log(`${name.padEnd(8)} ${shown.slice(0, 12).join(", ")}${shown.length > 12 ? ", ..." : ""}`);
  }
}

/** Distinct values with their counts, the most frequent first. */
function counts(values: readonly string[]): [string, number][] {
  const found = new Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return [...found].sort((a, b) => b[1] - a[1]);
}
