// The gym preset over several seeds: promotions, and whether the teacher learned. Runs what is missing, reads the rest.
//   node scripts/bench/gym-seeds.mjs [seeds=5] [folder=runs/gym-seeds]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { meanReward, parseConfig, presets, readRun, runSoar, summarize } from "soarlab";

const seeds = Number(process.argv[2] ?? 5);
const folder = process.argv[3] ?? "runs/gym-seeds";
const edge = 5; // outer steps compared at the start and at the end

const rows = [];
for (let seed = 0; seed < seeds; seed++) {
  const runFolder = join(folder, `gym-seed-${seed}`);
  const isNew = !existsSync(join(runFolder, "config.json"));
  const run = await runSoar({
    folder: runFolder,
    config: isNew ? parseConfig({ ...presets.gym, seed }) : undefined,
    onStep: step => console.error(`seed ${seed} step ${step.step + 1} reward ${meanReward(step).toFixed(3)}`),
  });
  rows.push(describe(await readRun(run.folder), seed));
}
console.table(rows);
for (const name of ["useful", "useful 4-5", "right"]) {
  const { mean, low, high } = summarize({
    values: rows.map(row => row[`${name} last`] - row[`${name} first`]),
  });
  console.log(
    `${name}: change from the first ${edge} outer steps to the last ${edge}: ${mean.toFixed(3)}, 95% interval ${low.toFixed(3)} to ${high.toFixed(3)} (t, ${seeds} seeds)`,
  );
}

/** Shares of the teacher's questions: useful = 3 to 5 terms with the right answer; right = right among well-posed. */
function describe(run, seed) {
  const share = (from, to) => {
    const questions = run.questions.filter(({ step }) => step >= from && step < to);
    const posed = questions.filter(({ verdict }) => verdict.isWellPosed);
    const rung = terms =>
      questions.filter(({ kind, verdict }) => terms.includes(kind) && verdict.isCorrect).length;
    return {
      useful: rung(["k=3", "k=4", "k=5"]) / questions.length,
      "useful 4-5": rung(["k=4", "k=5"]) / questions.length,
      right: posed.filter(({ verdict }) => verdict.isCorrect).length / posed.length,
    };
  };
  const steps = run.steps.length;
  const [first, last] = [share(0, edge), share(steps - edge, steps)];
  const seconds = run.steps.reduce(
    (sum, { metrics }) =>
      sum +
      Object.entries(metrics).reduce((s, [name, value]) => s + (name.startsWith("seconds/") ? value : 0), 0),
    0,
  );
  return {
    seed,
    promotions: run.promotions
      .map(({ step, accuracy }) => `${step + 1}: ${accuracy.train.toFixed(2)}`)
      .join(", "),
    ...Object.fromEntries(
      Object.keys(first).flatMap(name => [
        [`${name} first`, Number(first[name].toFixed(2))],
        [`${name} last`, Number(last[name].toFixed(2))],
      ]),
    ),
    seconds: Math.round(seconds),
  };
}
