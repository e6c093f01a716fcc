import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CompareSeriesOptions } from "../pass-at-k/compare-series.js";
import type { SampleColumns } from "../pass-at-k/sample-columns.js";
import { toCsv } from "../util/tables.js";
import { numberOption, wholeNumber } from "./options.js";
import { withColumnFlags } from "./with-column-flags.js";

interface Options extends SampleColumns {
  k?: number[];
  domain: "math" | "gym";
  anywhere?: boolean;
  threshold?: number;
  filter?: string;
  common?: boolean;
  confidence: number;
  draws: number;
  seed: string;
  title?: string;
  out?: string;
}

/** `soarlab pass-at-k FILE...`: pass@k of files of samples, graded or not. */
export function registerPassAtK(program: Command): void {
  program
    .command("pass-at-k")
    .description(
      "pass@k with intervals from files of samples, counts or answers to grade; several files are compared",
    )
    .argument("<files...>", "one series per file (.jsonl, .json, .csv, .tsv, .parquet, .zip)")
    .option(
      "--k <list>",
      "values of k, e.g. 1,4,8 (default: those of 1, 4, 8, 16, 32 for which every problem has enough samples)",
      wholeNumbers,
    )
    .option("--problem <column>", "column of the problem's id or text (default: the usual names)")
    .option("--correct <column>", "column of the verdicts, or of the number of right samples")
    .option("--samples <column>", "column of the number of samples, in a file of counts")
    .option("--answer <column>", "column of the right answer that answers are graded against")
    .option("--completion <column>", "column of the completions to grade, each with a boxed answer")
    .option("--given <column>", "column of the answers to grade, without a box")
    .addOption(
      new Option("--domain <domain>", "domain that grades the answers")
        .choices(["math", "gym"])
        .default("math"),
    )
    .option(
      "--anywhere",
      'if there is no box, use what follows "the answer is", or else the last formula or number',
    )
    .option(
      "--threshold <reward>",
      "minimum reward of a right sample, if verdicts are partial rewards",
      numberOption,
    )
    .option("--filter <name>", "lm-eval filter or verifiers agent whose rows are used (default: the first)")
    .option(
      "--common",
      "compare series on the problems that they share, and report how many others there are",
    )
    .option("--confidence <share>", "confidence level of the intervals", share, 0.95)
    .option("--draws <n>", "number of bootstrap draws; 0 for no intervals", wholeNumber(0), 10_000)
    .option("--seed <seed>", "seed of the bootstrap draws", "0")
    .option("--title <text>", "title of the figure")
    .option(
      "--out <folder>",
      "folder for pass-at-k.csv and .svg, and for differences.csv if there are several files",
    )
    .action(run);
}

async function run(files: string[], options: Options): Promise<void> {
  // Loaded here: other commands do not need figures.
  const { compareSeries } = await import("../pass-at-k/compare-series.js");
  const { showTable } = await import("../figures/notebook/show-table.js");
  const { k, domain, confidence, draws, seed, title, anywhere, out, threshold, filter, common } = options;
  const { problem, correct, samples, answer, completion, given } = options;
  const params: CompareSeriesOptions = {
    ...{ k, domain, confidence, draws, seed, title, threshold, filter, common },
    columns: { problem, correct, samples, answer, completion, given },
    ways: anywhere ? ["boxed", "answer is", "last"] : ["boxed"],
    onNotice: console.error,
  };
  const names = seriesNames(files);
  const sources = Object.fromEntries(files.map((file, i) => [names[i]!, file]));
  const result = await withColumnFlags(() => compareSeries(sources, params));
  const interval = `${Number((100 * confidence).toFixed(2))}% interval`;
  const ends = (low: number, high: number) =>
    Number.isNaN(low) ? "" : `${percent(low)} to ${percent(high)}`;
  showTable(
    result.rows.map(({ series, k, value, low, high, problems }) => ({
      ...(files.length > 1 && { series }),
      k,
      "pass@k, %": percent(value),
      [interval]: ends(low, high),
      problems,
    })),
    { rows: Number.POSITIVE_INFINITY },
  );
  if (result.differences.length > 0) {
    console.log(`\nPaired differences from ${names[0]}, on ${common ? "common" : "the same"} problems:`);
    showTable(
      result.differences.map(({ series, k, difference, low, high, problems, onlySeries, onlyAgainst }) => ({
        series,
        k,
        "difference, points": percent(difference),
        [interval]: ends(low, high),
        ...(common && { problems, "only here": onlySeries, [`only ${names[0]}`]: onlyAgainst }),
      })),
      { rows: Number.POSITIVE_INFINITY },
    );
  }
  const compared = new Set(result.differences.map(({ series }) => series));
  for (const name of names.slice(1).filter(name => !compared.has(name))) {
    const hint = common ? "has no problem of" : "has other problems than";
    const more = common ? "" : " --common compares those that both have.";
    console.log(`\n${name} ${hint} ${names[0]}: no paired difference.${more}`);
  }
  if (out === undefined) return;
  const { renderSvg } = await import("../figures/svg/render-svg.js");
  await mkdir(out, { recursive: true });
  const written: [string, string][] = [
    ["pass-at-k.csv", toCsv(result.rows)],
    ["pass-at-k.svg", await renderSvg(result.figure)],
  ];
  if (compared.size > 0) written.push(["differences.csv", toCsv(result.differences)]);
  for (const [name, content] of written) await writeFile(join(out, name), content);
  console.log(`\n${written.map(([name]) => relative(".", join(out, name))).join("  ")}`);
}

/** Names of files without folder and extension, or their whole paths if these are not all different. */
function seriesNames(files: readonly string[]): string[] {
  const short = files.map(file =>
    basename(file).replace(/(?:\.(?:jsonl|ndjson|json|csv|tsv|parquet|zip))+$/i, ""),
  );
  const names = new Set(short).size === short.length ? short : [...files];
  if (new Set(names).size < names.length) {
    throw new Error(`a file is given twice: ${files.join(", ")}; give each file once.`);
  }
  return names;
}

function percent(value: number): string {
  return (100 * value).toFixed(2);
}

function wholeNumbers(list: string): number[] {
  return list.split(",").map(wholeNumber(1));
}

function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError("expected a number between 0 and 1, such as 0.95.");
}
