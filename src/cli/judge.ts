import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { type JudgeResult, judgeQuestions } from "../grading/judge/judge-questions.js";
import { taxonomyTable } from "../grading/judge/taxonomy-table.js";
import { gymDomain } from "../gym/gym-domain.js";
import { nameOf } from "../lab/identity.js";
import { promptText } from "../problems/completion-texts.js";
import { findColumns } from "../problems/find-columns.js";
import { logRows } from "../problems/log-rows.js";
import { streamRows } from "../problems/stream-rows.js";
import { promotionsBefore } from "../soar/promotions-before.js";
import { readRun, runFiles } from "../soar/run-log.js";
import { writeWholeFile } from "../util/write-whole-file.js";
import { judgeDisplay } from "./judge-display.js";
import { oneLine } from "./one-line.js";
import { wholeNumber } from "./options.js";
import { prepareOutputFile } from "./prepare-output-file.js";
import { runInterruptibly } from "./run-interruptibly.js";

interface Options {
  all?: boolean;
  exact?: boolean;
  baseUrl?: string;
  model?: string;
  keyEnv: string;
  prompt?: string;
  out?: string;
  cache: string;
  concurrency: number;
  corrections: number;
  maxTokens: number;
  temperature: number;
  body?: Record<string, unknown>;
  pricePrompt?: number;
  priceCompletion?: number;
}

/** A pair to judge, with the row of the taxonomy table that it counts in. */
interface Pair {
  question: string;
  answer: string;
  /** Outer step and dataset, of a run's questions. */
  place: { step?: number; dataset?: number };
  set: string;
}

/** `soarlab judge`: a judge's verdicts on the synthetic questions of a run or a table. */
export function registerJudge(program: Command): void {
  program
    .command("judge")
    .description("judge synthetic questions: well posed? answer right? what kind of error? (SOAR, App. C.4)")
    .argument(
      "<source>",
      "a run's folder, or a table with the columns question and answer (.jsonl, .csv, ...)",
    )
    .option(
      "--base-url <url>",
      "OpenAI-compatible endpoint including the version, e.g. http://127.0.0.1:8000/v1",
    )
    .option("--model <name>", "name of the judge model at the endpoint")
    .option("--key-env <name>", "environment variable that holds the API key", "OPENAI_API_KEY")
    .option("--exact", "use the exact judge of the run's domain instead of a model (the gym has one)")
    .option("--all", "judge all questions of the run, not only those that promotions kept")
    .option("--prompt <file>", "file with your own prompt, which contains {question} and {answer}")
    .option(
      "--out <file>",
      "JSONL file of verdicts (default: verdicts.jsonl in the run's folder, or beside the file)",
    )
    .option("--cache <folder>", "folder that caches verdicts between calls", ".cache/judge")
    .option("--concurrency <n>", "number of concurrent requests", wholeNumber(1), 8)
    .option("--corrections <n>", "how many times to ask again after a malformed answer", wholeNumber(0), 2)
    .option("--max-tokens <n>", "maximum length of the judge's answer", wholeNumber(1), 4096)
    .option("--temperature <t>", "sampling temperature of the judge", notNegative, 0)
    .option(
      "--body <json>",
      'additional fields of each request, e.g. \'{"reasoning_effort":"low"}\'',
      jsonObject,
    )
    .option("--price-prompt <p>", "price of a million prompt tokens", notNegative)
    .option("--price-completion <p>", "price of a million completion tokens", notNegative)
    .action(async (source: string, options: Options, command: Command) => {
      const { pairs, folder, judge } = await readSource(source, options);
      const out = await prepareOutputFile(options.out ?? join(folder, "verdicts.jsonl"), source);
      const result = options.exact
        ? { verdicts: pairs.map(({ question, answer }) => judge(question, answer)), unjudged: [] }
        : await ask(pairs, options, command.getOptionValueSource("keyEnv") === "cli");

      const reasons = new Map(result.unjudged.map(({ index, reason }) => [index, reason]));
      const lines = pairs.map(({ place, question, answer }, i) => {
        const verdict = result.verdicts[i] ?? null;
        return `${JSON.stringify({ ...place, question, answer, verdict, unjudged: reasons.get(i) })}\n`;
      });
      await writeWholeFile(out, lines.join(""));

      printTaxonomy(pairs, result.verdicts);
      if ("usage" in result) printUsage(result);
      console.log(`\nverdicts: ${relative(".", out)}`);
    });
}

function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("expected a number, at least 0.");
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Reported below.
  }
  throw new InvalidArgumentError("expected a JSON object.");
}

async function readSource(source: string, { all, exact }: Options) {
  const found = await stat(source).catch(() => {
    throw new Error(`${source}: no such run or file`);
  });
  if (!found.isDirectory()) {
    if (exact)
      throw new Error(
        "--exact needs a run's folder: the run's configuration names the domain, and with it the judge",
      );
    if (all) throw new Error("--all needs a run's folder; in a file, all rows are judged");
    return { pairs: await readPairs(source), folder: dirname(source), judge: () => undefined };
  }
  const run = await readRun(source);
  const judge = run.config.domain === gymDomain.name ? gymDomain.judge : undefined;
  if (exact && !judge) {
    throw new Error(
      `the domain "${nameOf(run.config.domain)}" has no exact judge; specify a model with --base-url and --model`,
    );
  }
  const records = all ? run.questions : run.promotionQuestions;
  if (records.length === 0) {
    const hint = all || run.questions.length === 0 ? "" : "; --all judges all questions of the run";
    throw new Error(
      `${join(source, all ? runFiles.questions : runFiles.promotionQuestions)}: no questions yet${hint}`,
    );
  }
  const pairs = records.map(
    ({ step, dataset, question, answer }): Pair => ({
      question,
      answer,
      place: { step, dataset },
      set: `stage ${promotionsBefore(run, step)}`,
    }),
  );
  return { pairs, folder: source, judge: judge ?? (() => undefined) };
}

async function readPairs(file: string): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for await (const { row, value, question } of logRows({
    rows: streamRows({ path: file }),
    onNotice: console.error,
  })) {
    const text = (column: string, cell: unknown) => {
      const found = typeof cell === "number" || typeof cell === "bigint" ? String(cell) : promptText(cell);
      if (found !== undefined && found.trim() !== "") return found;
      throw new Error(
        `${file}, row ${row}, column "${column}": expected text, got ${JSON.stringify(cell) ?? "nothing"}; ` +
          `the row has: ${Object.keys(value).slice(0, 12).join(", ")}`,
      );
    };
    const isText = (column: string) =>
      promptText(value[column]) !== undefined || typeof value[column] === "number";
    const questionColumn = findColumns(value, "question")[0] ?? "question";
    const answers = [...("answer" in value ? ["answer"] : []), ...findColumns(value, "answer")];
    const answerColumn = answers.find(isText) ?? answers[0] ?? "answer";
    pairs.push({
      question: text(questionColumn, question ?? value[questionColumn]),
      answer: text(answerColumn, value[answerColumn]),
      place: {},
      set: basename(file),
    });
  }
  if (pairs.length === 0) throw new Error(`${file}: no rows`);
  return pairs;
}

async function ask(pairs: Pair[], options: Options, isKeyNamed: boolean): Promise<JudgeResult> {
  const { baseUrl, model, keyEnv, prompt, cache, pricePrompt, priceCompletion } = options;
  if (!baseUrl || !model) throw new Error("specify the judge with --base-url and --model, or use --exact");
  if (!URL.canParse(baseUrl))
    throw new Error(`--base-url ${baseUrl}: expected an address such as http://host/v1`);
  const apiKey = process.env[keyEnv] || undefined;
  if (isKeyNamed && !apiKey) throw new Error(`--key-env ${keyEnv}: this environment variable is not set`);
  const price =
    pricePrompt === undefined && priceCompletion === undefined
      ? undefined
      : { prompt: pricePrompt ?? 0, completion: priceCompletion ?? 0 };
  const wording = prompt === undefined ? undefined : await readFile(prompt, "utf8");
  const display = judgeDisplay(process.stderr);
  try {
    const hint = `judging stopped; run the same command to resume, using the verdicts cached in ${cache}`;
    return await runInterruptibly(hint, signal =>
      judgeQuestions({
        ...options,
        questions: pairs,
        baseUrl,
        model,
        apiKey,
        prompt: wording,
        cacheFolder: cache,
        price,
        signal,
        onProgress: display.update,
      }),
    );
  } finally {
    display.end();
  }
}

const columns = ["wellPosed", "correct", "arithmetic", "logic", "impossible", "ambiguous"] as const;

function printTaxonomy(pairs: Pair[], verdicts: JudgeResult["verdicts"]): void {
  const sets: Record<string, JudgeResult["verdicts"]> = {};
  for (const [i, { set }] of pairs.entries()) {
    sets[set] ??= [];
    sets[set].push(verdicts[i]);
  }
  const rows = taxonomyTable({ sets: Object.keys(sets).length > 1 ? { ...sets, all: verdicts } : sets });
  const width = Math.max(3, ...rows.map(({ set }) => set.length));
  console.log(
    `${"%".padEnd(width)}  questions  judged  well posed  correct  arithmetic  logic  impossible  ambiguous`,
  );
  const widths = [10, 7, 10, 5, 10, 9];
  for (const row of rows) {
    const shares = columns.map((name, i) => {
      const share = Number.isNaN(row[name]) ? "-" : row[name].toFixed(1);
      return share.padStart(widths[i]!);
    });
    const counts = [String(row.questions).padStart(9), String(row.judged).padStart(6)];
    console.log([row.set.padEnd(width), ...counts, ...shares].join("  "));
  }
}

const shown = 10;

function printUsage({ usage, unjudged, verdicts }: JudgeResult): void {
  const { requests, promptTokens, completionTokens, cached, cost } = usage;
  const tokens = `${promptTokens} prompt tokens, ${completionTokens} completion tokens`;
  const paid = cost === undefined ? "" : `, cost ${cost.toFixed(4)}`;
  console.log(`\n${requests} requests, ${tokens}, ${cached} verdicts from cache${paid}`);
  if (unjudged.length === 0) return;
  console.log(`\n${unjudged.length} of ${verdicts.length} questions have no verdict:`);
  for (const { index, reason, answer } of unjudged.slice(0, shown)) {
    console.log(`  question ${index + 1}: ${oneLine(reason)}\n    the judge answered: ${oneLine(answer)}`);
  }
  if (unjudged.length > shown) console.log(`  ... ${unjudged.length - shown} more`);
}
