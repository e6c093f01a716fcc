import type { Command } from "commander";
import { type GradeRowsSummary, gradeRows, type RowToGrade } from "../grading/grade-rows.js";
import { readRows } from "../problems/read-rows.js";
import { writeWholeFile } from "../util/write-whole-file.js";
import { oneLine } from "./one-line.js";
import { wholeNumber } from "./options.js";
import { prepareOutputFile } from "./prepare-output-file.js";

interface Options {
  out?: string;
  gold: string;
  answer: string;
  completion: string;
  budget: number;
  workers?: number;
  anywhere?: boolean;
}

/** `soarlab grade FILE`: grades the answers of a table against their references. */
export function registerGrade(program: Command): void {
  program
    .command("grade")
    .description("grade answers against their references, row by row (.jsonl, .json, .csv, .tsv, .parquet)")
    .argument(
      "<file>",
      "table with the reference and an answer, or a completion with a boxed answer, in each row",
    )
    .option("--out <file>", "write every row's verdict there, as JSONL")
    .option("--gold <column>", "column of the reference", "gold")
    .option("--answer <column>", "column of the answer", "answer")
    .option("--completion <column>", "column of the completion, used where there is no answer", "completion")
    .option(
      "--anywhere",
      'without a box, also take what follows "the answer is", else the last formula or number',
    )
    .option("--budget <ms>", "time for one answer, 1 to 1000", wholeNumber(1, 1000), 200)
    .option("--workers <n>", "threads (default: the cores)", wholeNumber(1, 1024))
    .action(async (file: string, options: Options) => {
      const rows = await readAnswers(file, options);
      if (rows.length === 0) {
        throw new Error(`${file}: no rows; expected at least one, e.g. {"gold": "1/2", "answer": "0.5"}`);
      }
      if (options.out) await prepareOutputFile(options.out, file);
      const summary = await gradeRows({
        rows: rows.map(({ row }) => row),
        workers: options.workers,
        budgetMs: options.budget,
        ways: options.anywhere ? ["boxed", "answer is", "last"] : ["boxed"],
      });
      if (options.out) {
        const lines = summary.rows.map(({ gold, answer, verdict }, i) =>
          JSON.stringify({ line: rows[i]!.line, gold, answer: answer ?? null, ...verdict }),
        );
        await writeWholeFile(options.out, lines.map(line => `${line}\n`).join(""));
      }
      print(summary, i => rows[i]!.line, options.out);
    });
}

async function readAnswers(file: string, options: Options): Promise<{ line: number; row: RowToGrade }[]> {
  const read = (value: unknown, line: number, column: string) => {
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "bigint") return String(value);
    throw new Error(
      `${file}, row ${line}, column "${column}": expected text, got ${JSON.stringify(value) ?? "nothing"}.`,
    );
  };
  const rows = await readRows(file);
  return rows.map(({ row: line, value }) => {
    const has = (column: string) => value[column] !== undefined && value[column] !== null;
    if (!has(options.gold) || !(has(options.answer) || has(options.completion))) {
      const missing = has(options.gold)
        ? `"${options.answer}" or "${options.completion}"`
        : `"${options.gold}"`;
      throw new Error(
        `${file}, row ${line}: no column ${missing}; it has: ${Object.keys(value).slice(0, 12).join(", ")}. ` +
          "Name the columns with --gold, --answer or --completion.",
      );
    }
    const gold = read(value[options.gold], line, options.gold);
    const row: RowToGrade = has(options.answer)
      ? { gold, answer: read(value[options.answer], line, options.answer) }
      : { gold, completion: read(value[options.completion], line, options.completion) };
    return { line, row };
  });
}

const shown = 20;

function print(summary: GradeRowsSummary, lineOf: (i: number) => number, out: string | undefined): void {
  const { rows, accuracy, counts, doubtful } = summary;
  console.log(`accuracy ${(100 * accuracy).toFixed(2)}%  (${counts.equal} of ${rows.length})`);
  console.log(
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join("  "),
  );
  if (doubtful.length > 0) {
    console.log(`\n${doubtful.length} rows need a human:`);
    for (const i of doubtful.slice(0, shown)) {
      const { gold, answer, verdict } = rows[i]!;
      const why = verdict.reason ? `: ${verdict.reason}` : "";
      console.log(
        `  row ${lineOf(i)}  ${verdict.verdict}${why}\n    gold   ${oneLine(gold)}\n    answer ${oneLine(answer ?? "")}`,
      );
    }
    if (doubtful.length > shown)
      console.log(`  ... ${doubtful.length - shown} more${out ? ` in ${out}` : "; --out writes all"}`);
  }
  if (out) console.log(`\nverdicts: ${out}`);
}
