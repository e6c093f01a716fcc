// Time and size of the report of a run of 200 outer steps, and of reading its log. Run after `npm run build`:
//   node scripts/bench/figures/report.mjs [rounds] [questions]
// The steps are those of data/runs/gym-seed-0 again and again, written by the real run log: once with their own 64
// questions each, once with as many as the paper's defaults make (4 datasets of 64), which are then real MATH questions:
// those of a JSONL file, `questions`, of {problem} or {question}; default: 100 of the tests' fixtures.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as soar from "../../../dist/index.js";

const rounds = Number(process.argv[2] ?? 5);
const steps = 200;
const root = join(import.meta.dirname, "..", "..", "..");
const source = await soar.readRun(join(root, "data", "runs", "gym-seed-0"));
// Digits are changed at random: no question comes twice, and the page cannot save on repetition.
const random = soar.createRandom(0);
const vary = text => text.replace(/\d/g, () => String(random.int(10)));
const fixture = join(root, "test", "problems", "fixtures", "math-100x8.jsonl");
const math = (await readFile(process.argv[3] ?? fixture, "utf8"))
  .trim()
  .split("\n")
  .map(line => JSON.parse(line))
  .map(row => ({ question: row.problem ?? row.question, answer: row.answer ?? "17" }));

const cases = {
  "64 gym questions a step": step => source.questions.filter(question => question.step === step),
  "256 MATH questions a step": step =>
    Array.from({ length: 256 }, (_, i) => {
      const { question, answer } = random.pick(math);
      return {
        dataset: i % 4,
        question: vary(question),
        answer: vary(answer),
        reward: source.steps[step].rewards[i % 4][0],
      };
    }),
};
const folder = await mkdtemp(join(tmpdir(), "report-bench-"));
try {
  const table = [];
  for (const [name, questionsOf] of Object.entries(cases)) {
    const path = join(folder, name);
    await write(path, questionsOf);
    const reading = [];
    const making = [];
    let html = "";
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      const run = await soar.readRun(path);
      const read = performance.now();
      html = await soar.reportHtml([run]);
      reading.push(read - start);
      making.push(performance.now() - read);
    }
    table.push({
      case: name,
      "read, first, ms": Math.round(reading[0]),
      "read, median, ms": Math.round(median(reading)),
      "report, first, ms": Math.round(making[0]),
      "report, median, ms": Math.round(median(making)),
      "HTML, MB": Number((Buffer.byteLength(html) / 1e6).toFixed(2)),
    });
  }
  console.table(table);
} finally {
  await rm(folder, { recursive: true });
}

async function write(path, questionsOf) {
  const log = await soar.RunLog.create(path, { ...source.config, outerSteps: steps });
  const at = new Date(Date.UTC(2026, 0, 1)).toISOString();
  await log.append({
    type: "start",
    at,
    version: "0",
    baseModel: "gym-base",
    baseline: { train: 0, test: 0 },
  });
  for (let step = 0; step < steps; step++) {
    const from = step % source.steps.length;
    const { bytes, ...event } = source.steps[from];
    const questions = questionsOf(from).map(question => ({ ...question, step }));
    await log.commit({ ...event, step }, questions);
  }
  await log.append({ type: "end", at });
  await log.close();
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
