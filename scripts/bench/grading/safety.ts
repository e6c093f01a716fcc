/*
 * What a policy can be paid for without an answer, and how long an answer can take: 20,000 boxes made from references that
 * must not be paid, constant boxes, 2,000 hostile answers. Run by `run.mjs --safety --data FOLDER [--seed N]`.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { gradeAnswer } from "../../../src/grading/grade-answer.js";
import { loadMath } from "../../../src/problems/load-math.js";
import { loadOlympiadBench } from "../../../src/problems/load-olympiad-bench.js";
import { unpaidBoxes } from "./adversary.js";
import { constantBoxes } from "./constant-boxes.js";
import { hostilePairs } from "./hostile-answers.js";

const { values: options } = parseArgs({
  options: {
    safety: { type: "boolean" },
    data: { type: "string", default: "../shared/data" },
    seed: { type: "string", default: "1" },
  },
});
const pools = [
  await loadMath({ path: join(options.data, "math", "test.jsonl") }),
  await loadMath({ path: join(options.data, "math", "train.jsonl"), split: "train" }),
  await loadOlympiadBench({ path: join(options.data, "olympiadbench", "test.jsonl") }),
];
const references = pools.flatMap(({ problems }) => problems.map(({ answer }) => answer));
const counts = new Map<string, number>();
for (const reference of references) counts.set(reference, (counts.get(reference) ?? 0) + 1);
const seed = Number(options.seed);

const boxes = fc.sample(unpaidBoxes([...counts.keys()]), { numRuns: 20_000, seed });
const paidBoxes = boxes.filter(pair => gradeAnswer(pair).verdict === "equal");
console.log(`boxes that must not be paid: ${boxes.length}, paid ${paidBoxes.length}`);
for (const { trick, answer, given } of paidBoxes.slice(0, 20))
  console.log(`  ${trick}: ${answer} paid ${given}`);

const shares = new Map<string, number>();
function share(box: string): number {
  const known = shares.get(box);
  if (known !== undefined) return known;
  let paid = 0;
  for (const [answer, count] of counts)
    if (gradeAnswer({ answer, given: box }).verdict === "equal") paid += count;
  shares.set(box, paid / references.length);
  return paid / references.length;
}
const overpaid = constantBoxes.filter(
  ({ box, means }) => share(box) > (means === undefined ? 0 : share(means)),
);
const [best] = [...shares].sort(([, a], [, b]) => b - a);
console.log(
  `constant boxes: ${constantBoxes.length} on ${references.length} references, ${overpaid.length} paid more than what they say; ` +
    `the best, ${best![0]}, is paid on ${(100 * best![1]).toFixed(2)}%`,
);
for (const { box } of overpaid) console.log(`  ${box} on ${(100 * share(box)).toFixed(2)}%`);

const verdicts = fc.sample(hostilePairs, { numRuns: 2000, seed }).map(pair => gradeAnswer(pair));
const slowest = Math.max(...verdicts.map(({ ms }) => ms));
const timeouts = verdicts.filter(({ verdict }) => verdict === "timeout").length;
console.log(
  `hostile answers: ${verdicts.length}, slowest ${slowest.toFixed(0)} ms, ${timeouts} over their budget, 0 thrown`,
);
