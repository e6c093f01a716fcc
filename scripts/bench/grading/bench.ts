/*
 * Agreement and speed of the grader beside Math-Verify, and its behaviour on all of MATH's reference answers, on random
 * pairs of them and on random LaTeX. Run by run.mjs; writes a report in Markdown.
 *
 * Data: --data FOLDER with math/{train,test}.jsonl and model-outputs/qwen2.5-math-cot-100x8.jsonl, else the fixtures of
 * the tests. Math-Verify:
 * .venv/bin/pip install math-verify==0.9.0, or --python a Python that has it; without it that part is left out.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { createGrader } from "../../../src/grading/create-grader.js";
import { extractBoxed } from "../../../src/grading/extract-boxed.js";
import { gradeAnswer } from "../../../src/grading/grade-answer.js";
import { parseOutcome } from "../../../src/grading/parse-outcome.js";
import type { Verdict } from "../../../src/grading/verdict.js";
import { loadMath } from "../../../src/problems/load-math.js";
import { packageRoot } from "../../../src/util/package-root.js";
import { createRandom } from "../../../src/util/random.js";
import { latexAnswers } from "./latex-answers.js";
import { type RewrittenPair, rewriteAnswer } from "./rewrite-answer.js";

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: join(packageRoot, ".venv", "bin", "python") },
    data: { type: "string" },
    fuzz: { type: "string", default: "100000" },
    pairs: { type: "string", default: "20000" },
    out: { type: "string", default: join(import.meta.dirname, "results.md") },
  },
});
const fixtures = join(packageRoot, "test", "problems", "fixtures");
const lines: string[] = [
  "# Grading benchmark",
  "",
  `Node ${process.version}, ${cpus()[0]?.model ?? "unknown"}, one core.`,
  "",
];
const say = (...text: string[]) => {
  lines.push(...text);
  console.log(text.join("\n"));
};
const readLines = (path: string) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map(line => JSON.parse(line));
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)}%`;
const cell = (text: string) => text.replace(/\s+/g, " ").replaceAll("|", "\\|").slice(0, 90);

/** Grades in this thread, each answer once; what was compiled before stays compiled, nothing was parsed before. */
function gradeAll(pairs: readonly { answer: string; given: string | undefined }[]): {
  verdicts: Verdict[];
  ms: number;
} {
  const none: Verdict = { verdict: "unparsed", method: "none", reason: "no boxed answer", ms: 0 };
  const all = () =>
    pairs.map(({ answer, given }) => (given === undefined ? none : gradeAnswer({ answer, given })));
  const started = performance.now();
  const verdicts = all();
  return { verdicts, ms: performance.now() - started };
}

function group<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

interface Reference {
  equal: boolean;
  ms: number;
  error?: string;
}

function mathVerify(rows: readonly object[]): Reference[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), "math-verify-"));
  const [input, output] = [join(folder, "pairs.jsonl"), join(folder, "verdicts.jsonl")];
  writeFileSync(input, rows.map(row => JSON.stringify(row)).join("\n"));
  const script = join(import.meta.dirname, "math_verify_reference.py");
  const { status, stderr } = spawnSync(options.python, [script, input, output], { encoding: "utf8" });
  const verdicts = status === 0 ? readLines(output) : undefined;
  rmSync(folder, { recursive: true });
  if (verdicts) return verdicts;
  say(`Math-Verify was not run: ${stderr?.trim().split("\n").at(-1) ?? "no Python"}`, "");
  return undefined;
}

/** Why a rule's rewriting is judged otherwise by Math-Verify. */
const explanations: Record<string, string> = {
  "full stop":
    "Math-Verify keeps the content of a box that ends in a full stop as a mere text; models do end sentences in boxes.",
  "interval as an inequality":
    "Math-Verify compares an inequality with an interval only where the reference, not the answer, is the inequality.",
};

function compare(
  title: string,
  rows: readonly {
    answer: string;
    given: string | undefined;
    completion?: string;
    equal?: boolean;
    rule?: string;
  }[],
) {
  say(`## ${title}`, "");
  const { verdicts, ms } = gradeAll(rows);
  const slowest = Math.max(...verdicts.map(verdict => verdict.ms));
  say(
    `Ours: ${rows.length} answers, ${Math.round((1000 * rows.length) / ms)} a second, slowest ${slowest.toFixed(1)} ms.`,
  );
  const truth = rows.filter(({ equal }) => equal !== undefined);
  const isEqual = verdicts.map(({ verdict }) => verdict === "equal");
  if (truth.length > 0) {
    const right = rows.filter(({ equal }, i) => equal === isEqual[i]).length;
    say(`Ours against the known truth: ${right} of ${truth.length}, ${percent(right, truth.length)}.`);
  }
  const reference = mathVerify(
    rows.map(({ answer, given, completion }) =>
      completion === undefined ? { answer, given } : { answer, completion },
    ),
  );
  if (!reference) return;
  const referenceMs = reference.reduce((sum, row) => sum + row.ms, 0);
  const agreed = reference.filter(({ equal }, i) => equal === isEqual[i]).length;
  const worst = Math.max(...reference.map(row => row.ms));
  say(
    `Math-Verify: ${Math.round((1000 * rows.length) / referenceMs)} a second, slowest ${worst.toFixed(0)} ms. ` +
      `Ours is ${(referenceMs / ms).toFixed(1)} times as fast.`,
  );
  if (truth.length > 0) {
    const right = rows.filter(({ equal }, i) => equal === reference[i]!.equal).length;
    say(`Math-Verify against the known truth: ${right} of ${truth.length}, ${percent(right, truth.length)}.`);
  }
  say(`Agreement: ${agreed} of ${rows.length}, ${percent(agreed, rows.length)}.`, "");
  const differing = rows.flatMap((row, i) => (reference[i]!.equal === isEqual[i] ? [] : [{ ...row, i }]));
  if (differing.length === 0) return;
  const rules = group(differing, ({ rule }) => rule ?? "");
  say(
    "| what | cases | reference | answer | ours | Math-Verify | who is right |",
    "| --- | --- | --- | --- | --- | --- | --- |",
  );
  for (const [rule, cases] of rules) {
    for (const { answer, given, equal, i } of cases.slice(0, rule === "" ? 50 : 3)) {
      const right = equal === undefined ? "see text" : equal === isEqual[i] ? "ours" : "Math-Verify";
      const theirs = reference[i]!.error ?? (reference[i]!.equal ? "equal" : "different");
      say(
        `| ${rule} | ${cases.length} | \`${cell(answer)}\` | \`${cell(given ?? "")}\` | ${verdicts[i]!.verdict} | ${cell(theirs)} | ${right} |`,
      );
    }
  }
  say("");
  for (const rule of rules.keys()) if (explanations[rule]) say(`- ${rule}: ${explanations[rule]}`);
  const explained = differing.filter(({ rule }) => rule && explanations[rule]).length;
  say("", `Agreement on the others: ${percent(agreed, rows.length - explained)}.`, "");
}

// Compiles the paths that matter, on answers that do not come again.
gradeAll(
  Array.from({ length: 400 }, (_, i) => ({
    answer: `\\frac{${i}}{7000${i}}`,
    given: `${i}/7000${i}`,
  })).flatMap(pair => [pair, { answer: `${pair.answer}\\sqrt{2}x`, given: `x\\sqrt{2}\\cdot${pair.given}` }]),
);

// 1. A model's completions.
const sampled: { answer: string; given: string | undefined; completion: string }[] = options.data
  ? readLines(join(options.data, "model-outputs", "qwen2.5-math-cot-100x8.jsonl")).flatMap(
      ({ gold: answer, responses }) =>
        responses.map((completion: string) => ({ answer, completion, given: extractBoxed(completion) })),
    )
  : readLines(join(fixtures, "math-100x8.jsonl")).flatMap(({ answer, completions }) =>
      completions.map((completion: string) => ({
        answer,
        completion,
        given: extractBoxed(completion),
      })),
    );
compare("Completions of a model on MATH", sampled);

// 2. Reference answers rewritten: the truth is known.
const pools = options.data
  ? [
      await loadMath({ path: join(options.data, "math", "test.jsonl") }),
      await loadMath({ path: join(options.data, "math", "train.jsonl"), split: "train" }),
    ]
  : [await loadMath({ path: join(fixtures, "math-test.parquet") })];
const answers = pools.flatMap(({ problems }) => problems.map(({ answer }) => answer));
const distinct = [...new Set(answers)];
const perRule = new Map<string, number>();
const rewritten: RewrittenPair[] = distinct.flatMap(rewriteAnswer).filter(({ rule }) => {
  perRule.set(rule, (perRule.get(rule) ?? 0) + 1);
  return perRule.get(rule)! <= 150;
});
compare("Reference answers of MATH, rewritten by rules (at most 150 a rule)", rewritten);

// Different references that differ in their numbers only: (2, 3) and (5, 3), 2\\sqrt{3} and 3\\sqrt{2}.
const shapes = [...group(distinct, answer => answer.replace(/\d+/g, "0").replace(/\s/g, "")).values()].filter(
  ({ length }) => length > 1,
);
const alike = createRandom("shapes");
compare(
  "Pairs of references of one shape",
  Array.from({ length: shapes.length > 0 ? 2000 : 0 }, () => {
    const shape = alike.pick(shapes);
    return { answer: alike.pick(shape), given: alike.pick(shape) };
  }),
);

// 3. Reference answers against themselves.
say("## Reference answers of MATH against themselves", "");
const unparsed = pools.flatMap(({ excluded }) => excluded.filter(({ reason }) => reason.includes("parse")));
const outcomes = answers.map(parseOutcome);
const parsed = outcomes.filter(outcome => outcome.parsed).length;
const rows = parsed + unparsed.length;
// With a space, so that it is parsed and compared rather than only found identical.
// Values only: a relation or a time of day is not equal to x.
const valued = answers.filter(answer => !/[<>=]|\\(?:le|ge|in|approx)(?![a-zA-Z])|[ap]\.m\./.test(answer));
const self = gradeAll(valued.map(answer => ({ answer, given: `x = ${answer}` })));
const plain = gradeAll(answers.map(answer => ({ answer, given: answer })));
const equal = plain.verdicts.filter(({ verdict }) => verdict === "equal").length;
say(
  `${rows} answers: parsed ${percent(parsed, rows)}; equal to themselves ${percent(equal, answers.length)}.`,
);
const asEquation = self.verdicts.filter(({ verdict }) => verdict === "equal").length;
say(
  `Written as \`x = answer\`, which is not the same text: equal ${percent(asEquation, valued.length)}. Not so:`,
  "",
);
const misses = valued.flatMap((answer, i) =>
  self.verdicts[i]!.verdict === "equal" ? [] : [`\`${cell(answer)}\` ${self.verdicts[i]!.verdict}`],
);
say(misses.slice(0, 60).join("; ") + (misses.length > 60 ? `; and ${misses.length - 60} more` : ""), "");

// 4. Different reference answers.
say("## Random pairs of different reference answers", "");
const random = createRandom("pairs");
const pairs = Array.from({ length: Number(options.pairs) }, () => {
  const answer = random.pick(distinct);
  let given = random.pick(distinct);
  while (given === answer) given = random.pick(distinct);
  return { answer, given };
});
const crossed = gradeAll(pairs);
const found = pairs.flatMap((pair, i) => (crossed.verdicts[i]!.verdict === "equal" ? [{ ...pair, i }] : []));
const undecided = crossed.verdicts.filter(({ verdict }) => verdict === "undecided").length;
say(
  `${pairs.length} pairs, ${Math.round((1000 * pairs.length) / crossed.ms)} a second: ${found.length} equal, ${undecided} undecided, ` +
    `slowest ${Math.max(...crossed.verdicts.map(({ ms }) => ms)).toFixed(1)} ms.`,
  "",
);
if (found.length > 0) {
  say("| reference | answer | method |", "| --- | --- | --- |");
  for (const { answer, given, i } of found)
    say(`| \`${cell(answer)}\` | \`${cell(given)}\` | ${crossed.verdicts[i]!.method} |`);
  say("");
}

// 5. Random LaTeX, on threads with the default budget.
say("## Random strings of LaTeX pieces", "");
const count = Number(options.fuzz);
const strings = fc.sample(latexAnswers, { numRuns: count, seed: 1 });
const grader = createGrader({ workers: 1 });
await grader.grade([{ answer: "1", given: "2" }]);
const started = performance.now();
const fuzzed = await grader.grade(
  strings.map((given, i) => ({ answer: strings[(i * 7919 + 1) % count]!, given })),
);
const seconds = (performance.now() - started) / 1000;
await grader.close();
const tally = group(fuzzed, ({ verdict }) => verdict);
const failed = fuzzed.filter(({ reason }) => reason?.startsWith("the comparison failed"));
say(
  `${count} strings in ${seconds.toFixed(0)} s: ${[...tally].map(([name, list]) => `${name} ${list.length}`).join(", ")}. ` +
    `Thrown: 0 (a throw would have ended this run), failed inside: ${failed.length}, over the budget of 200 ms: ${tally.get("timeout")?.length ?? 0}, ` +
    `slowest ${Math.max(...fuzzed.map(({ ms }) => ms)).toFixed(0)} ms.`,
  "",
);
for (const { reason } of failed.slice(0, 5)) say(`- ${reason}`);
for (const [i, { verdict, reason }] of fuzzed.entries()) {
  if (verdict === "timeout")
    say(
      `- \`${JSON.stringify(strings[i])}\` against \`${JSON.stringify(strings[(i * 7919 + 1) % count])}\`: ${reason}`,
    );
}
writeFileSync(options.out, `${lines.join("\n").trimEnd()}\n`);
