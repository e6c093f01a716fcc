// The held-out table of the gym: base, Hard-Only, promoted student (PS) and a fresh student on PQ + hard train (PQ).
// Both train for the same number of steps; PQ in the paper's curriculum mix: its questions first, then hard train alone.
//   node scripts/bench/gym-evaluation.mjs RUN [seeds=3] [steps on PQ=12] [steps on hard train=12]
import { join } from "node:path";
import { aggregateSeeds, openLab, passAtK, readRun, sampleCounts, trainStudent } from "soarlab";

const [folder = "runs/demo", seeds = "3", warmup = "12", rest = "12"] = process.argv.slice(2);
const ks = [1, 4, 8, 16, 32];
const run = await readRun(folder);
const lab = await openLab({ config: run.config, checkpoints: join(folder, "checkpoints") });

const evaluate = async (sampler, seed) => {
  const counts = await sampleCounts(lab, { sampler, problems: lab.hard.test, seed });
  return passAtK({ counts, k: ks, draws: 0 }).map(({ value }) => value);
};
const train = async (stages, seed) => {
  let from;
  let values;
  for (const { dataset, steps, learningRateScale } of stages) {
    const student = await trainStudent(lab, { from, dataset, steps, learningRateScale, seed });
    from = await student.saveState("evaluated");
    values = await evaluate(await student.sampler(), seed);
    await student.unload();
  }
  await lab.service.deleteCheckpoint(from);
  return values;
};
const overSeeds = action => Promise.all(Array.from({ length: Number(seeds) }, (_, seed) => action(seed + 1)));

const methods = {
  base: await overSeeds(seed => evaluate(lab.base, seed)),
  "Hard-Only": await overSeeds(seed =>
    train([{ dataset: lab.hard.train, steps: Number(warmup) + Number(rest) }], seed),
  ),
};
const promoted = run.promotions.at(-1);
if (promoted) {
  const student = await lab.service.loadModel(promoted.checkpoint, {
    rank: run.config.model.rank,
    optimizer: false,
  });
  const sampler = await student.sampler();
  methods.PS = await overSeeds(seed => evaluate(sampler, seed));
  const afterwards = {
    dataset: lab.hard.train,
    steps: Number(rest),
    learningRateScale: run.config.student.promotedLearningRateScale,
  };
  methods[`PQ (${run.promotionQuestions.length} questions)`] = await overSeeds(seed =>
    train([{ dataset: run.promotionQuestions, steps: Number(warmup) }, afterwards], seed),
  );
}
await lab.close();

console.log(
  `pass@k % on ${lab.hard.test.length} held-out problems, 32 samples each; ${warmup} + ${rest} steps; mean (SD) over ${seeds} seeds`,
);
console.log(`| method | ${ks.join(" | ")} |\n| --- | ${ks.map(() => "---").join(" | ")} |`);
for (const [method, values] of Object.entries(methods)) {
  const cells = ks.map((_, i) => {
    const { mean, sd } = aggregateSeeds({
      runs: values.map((row, student) => ({ teacher: "run", student: String(student), value: row[i] })),
    });
    return `${(100 * mean).toFixed(1)} (${(100 * sd).toFixed(1)})`;
  });
  console.log(`| ${method} | ${cells.join(" | ")} |`);
}
for (const [method, values] of Object.entries(methods)) {
  console.log(`${method}: pass@1 by seed ${values.map(row => (100 * row[0]).toFixed(1)).join(", ")}`);
}
