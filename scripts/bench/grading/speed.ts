/*
 * Speed of the grader beside Math-Verify on 800 real completions, in one paired run: a first pass in a fresh process, and a
 * second one over the same answers. Run by `run.mjs --speed --data FOLDER [--python PYTHON]`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { extractBoxed } from "../../../src/grading/extract-boxed.js";
import { gradeAnswer } from "../../../src/grading/grade-answer.js";

const { values: options } = parseArgs({
  options: {
    speed: { type: "boolean" },
    data: { type: "string", default: "../shared/data" },
    python: { type: "string", default: "python3" },
  },
});
const readLines = (path: string) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map(line => JSON.parse(line));
const pairs: { answer: string; given: string }[] = readLines(
  join(options.data, "model-outputs", "qwen2.5-math-cot-100x8.jsonl"),
).flatMap(({ gold: answer, responses }) =>
  responses.map((completion: string) => ({ answer, given: extractBoxed(completion) ?? "" })),
);

const pass = () => {
  const started = performance.now();
  const verdicts = pairs.map(pair => gradeAnswer(pair).verdict);
  return { verdicts, ms: performance.now() - started };
};
const [cold, warm] = [pass(), pass()];

const folder = mkdtempSync(join(tmpdir(), "grading-speed-"));
const [input, output] = [join(folder, "pairs.jsonl"), join(folder, "verdicts.jsonl")];
writeFileSync(input, [...pairs, ...pairs].map(pair => JSON.stringify(pair)).join("\n"));
const script = join(import.meta.dirname, "math_verify_reference.py");
const { status, stderr } = spawnSync(options.python, [script, input, output], { encoding: "utf8" });
if (status !== 0) throw new Error(`Math-Verify did not run: ${stderr}`);
const reference: { equal: boolean; ms: number }[] = readLines(output);
rmSync(folder, { recursive: true });

const agreed = cold.verdicts.filter((verdict, i) => (verdict === "equal") === reference[i]!.equal).length;
const sum = (rows: typeof reference) => rows.reduce((total, { ms }) => total + ms, 0);
const theirs = [sum(reference.slice(0, pairs.length)), sum(reference.slice(pairs.length))];
console.log(`${pairs.length} answers, agreement ${agreed} of ${pairs.length}`);
for (const [i, [name, { ms }]] of [["first pass", cold] as const, ["second pass", warm] as const].entries()) {
  const ratio = (theirs[i]! / ms).toFixed(1);
  console.log(
    `${name}: ours ${ms.toFixed(0)} ms, Math-Verify ${theirs[i]!.toFixed(0)} ms: ${ratio} times as fast`,
  );
}
