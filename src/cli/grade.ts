import type { Command } from "commander";
import { type GradeRowsSummary, gradeRows, type RowToGrade } from "../grading/grade-rows.js";
import { answerColumns, checkNamedColumns, type FoundAnswerColumns } from "../pass-at-k/answer-columns.js";
import { completionTexts } from "../problems/completion-texts.js";
import { logRows } from "../problems/log-rows.js";
import { streamRows } from "../problems/stream-rows.js";
import { writeWholeFile } from "../util/write-whole-file.js";
import { oneLine } from "./one-line.js";
import { wholeNumber } from "./options.js";
import { prepareOutputFile } from "./prepare-output-file.js";
import { withColumnFlags } from "./with-column-flags.js";

interface Options {
  out?: string;
  answer?: string;
  given?: string;
  completion?: string;
  filter?: string;
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
      "table; each row has the right answer, and the given one or a completion with a boxed answer",
    )
    .option("--out <file>", "JSONL file for the verdict of every row")
    .option("--answer <column>", "column of the right answer (default: the usual names)")
    .option(
      "--given <column>",
      "column of the answer to grade (default: given; answer, beside gold or reference)",
    )
    .option(
      "--completion <column>",
      "column of the completion or completions, used if a row has no given answer",
    )
    .option("--filter <name>", "lm-eval filter or verifiers agent whose rows are used (default: the first)")
    .option(
      "--anywhere",
      'if there is no box, use what follows "the answer is", or else the last formula or number',
    )
    .option("--budget <ms>", "time limit for one answer, 1 to 1000", wholeNumber(1, 1000), 200)
    .option("--workers <n>", "number of threads (default: the number of cores)", wholeNumber(1, 1024))
    .action(async (file: string, options: Options) => {
      const rows = await withColumnFlags(() => readAnswers(file, options));
      if (rows.length === 0) {
        throw new Error(`${file}: no rows; expected at least one, e.g. {"answer": "1/2", "given": "0.5"}`);
      }
      if (options.out) await prepareOutputFile(options.out, file);
      const summary = await gradeRows({
        rows: rows.map(({ row }) => row),
        workers: options.workers,
        budgetMs: options.budget,
        ways: options.anywhere ? ["boxed", "answer is", "last"] : ["boxed"],
      });
      if (options.out) {
        const lines = summary.rows.map(({ answer, given, verdict }, i) =>
          JSON.stringify({ ...placeOf(rows[i]!), answer, given: given ?? null, ...verdict }),
        );
        await writeWholeFile(options.out, lines.map(line => `${line}\n`).join(""));
      }
      print(summary, i => Object.values(placeOf(rows[i]!)).join(", sample "), options.out);
    });
}

function placeOf({ line, sample }: AnswerRow): { line: number; sample?: number } {
  return sample === undefined ? { line } : { line, sample };
}

interface AnswerRow {
  line: number;
  /** From 1, of a row with several completions. */
  sample?: number;
  row: RowToGrade;
}

async function readAnswers(file: string, options: Options): Promise<AnswerRow[]> {
  const answers: AnswerRow[] = [];
  const rows = streamRows({ path: file });
  let columns: FoundAnswerColumns | undefined;
  for await (const { row: line, value } of logRows({
    rows,
    filter: options.filter,
    onNotice: console.error,
  })) {
    const place = `${file}, row ${line}`;
    const cells = Object.fromEntries(
      Object.entries(value).filter(([, cell]) => cell !== null && cell !== undefined),
    );
    // Some rows of a file may have an answer, others a completion.
    if (columns === undefined || !hasColumns(cells, columns)) columns = columnsFor(cells, place, options);
    const [answer, second] = read(cells, columns.answer, place);
    if (second !== undefined)
      throw new Error(`${place}, column "${columns.answer}": expected one reference, got several.`);
    const isGiven = columns.given !== undefined && columns.given in cells;
    const texts = read(cells, isGiven ? columns.given! : columns.completion!, place);
    for (const [i, text] of texts.entries()) {
      answers.push({
        line,
        ...(texts.length > 1 && { sample: i + 1 }),
        row: { answer: answer!, [isGiven ? "given" : "completion"]: text },
      });
    }
  }
  return answers;
}

function hasColumns(cells: object, { answer, given, completion }: FoundAnswerColumns): boolean {
  return answer in cells && [given, completion].some(column => column !== undefined && column in cells);
}

function columnsFor(
  cells: Record<string, unknown>,
  place: string,
  { answer, given, completion }: Options,
): FoundAnswerColumns {
  const isThere = (column: string | undefined) => column !== undefined && column in cells;
  const isEither = isThere(given) || isThere(completion);
  const named = {
    answer,
    given: isEither && !isThere(given) ? undefined : given,
    completion: isEither && !isThere(completion) ? undefined : completion,
  };
  checkNamedColumns(cells, place, named);
  return answerColumns(cells, place, named);
}

function read(value: Record<string, unknown>, column: string, place: string): string[] {
  const texts = completionTexts(value[column]);
  if (texts !== undefined) return texts;
  const got = JSON.stringify(value[column]) ?? "nothing";
  throw new Error(`${place}, column "${column}": expected text, got ${got}.`);
}

const shown = 20;

function print(summary: GradeRowsSummary, placeOf: (i: number) => string, out: string | undefined): void {
  const { rows, accuracy, counts, doubtful } = summary;
  console.log(`accuracy ${(100 * accuracy).toFixed(2)}%  (${counts.equal} of ${rows.length})`);
  console.log(
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join("  "),
  );
  if (doubtful.length > 0) {
    console.log(`\n${doubtful.length} rows need a human to check:`);
    for (const i of doubtful.slice(0, shown)) {
      const { answer, given, verdict } = rows[i]!;
      const why = verdict.reason ? `: ${verdict.reason}` : "";
      console.log(
        `  row ${placeOf(i)}  ${verdict.verdict}${why}\n    answer ${oneLine(answer)}\n    given  ${oneLine(given ?? "")}`,
      );
    }
    if (doubtful.length > shown)
      console.log(
        `  ... ${doubtful.length - shown} more${out ? ` in ${out}` : "; --out writes all of them"}`,
      );
  }
  if (out) console.log(`\nverdicts: ${out}`);
}
