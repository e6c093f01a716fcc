// The outer loop against the same algorithm and sizes in one PyTorch process, in turn. Wall time compares; tokens/s do only
// roughly, because the reference counts the padding of its training batches and soarlab does not.
//   node scripts/bench/outer-step.mjs --reference path/to/one_process.py [--steps 6] [--rounds 2]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { meanReward, parseConfig, presets, runSoar } from "soarlab";

const { values } = parseArgs({
  options: {
    reference: { type: "string" },
    steps: { type: "string", default: "6" },
    rounds: { type: "string", default: "2" },
  },
});
if (!values.reference) throw new Error("--reference: the one-process script to compare with");
const steps = Number(values.steps);

// The reference's own sizes (its defaults), whatever the gym preset is.
const { gym } = presets;
const config = parseConfig({
  ...gym,
  outerSteps: steps,
  datasets: 4,
  questionsPerDataset: 24,
  studentsPerDataset: 1,
  rewardQuestions: 48,
  student: { ...gym.student, steps: 12, batchSize: 8, groupSize: 8 },
});

for (let round = 0; round < Number(values.rounds); round++) {
  const ours = await measureToolkit(round);
  const reference = await measureReference(round);
  console.log(
    `round ${round + 1}: soarlab ${ours.secondsPerStep.toFixed(2)} s an outer step, ${Math.round(ours.tokensPerSecond)} tokens/s` +
      ` | one process ${reference.secondsPerStep.toFixed(2)} s, ${Math.round(reference.tokensPerSecond)} tokens/s` +
      ` | speed ratio ${(reference.secondsPerStep / ours.secondsPerStep).toFixed(2)}`,
  );
  if (round === 0) console.table(ours.split);
}

async function measureToolkit(seed) {
  const folder = mkdtempSync(join(tmpdir(), "soarlab-bench-"));
  const run = await runSoar({ folder, config: { ...config, seed } }).finally(() =>
    rmSync(folder, { recursive: true }),
  );
  // The first step warms the server up, and belongs to neither side.
  const measured = run.steps.slice(1);
  const sum = name => measured.reduce((total, { metrics }) => total + (metrics[name] ?? 0), 0);
  const seconds =
    sum("seconds/questions") + sum("seconds/students") + sum("seconds/promotion") + sum("seconds/teacher");
  const split = Object.fromEntries(
    ["questions", "students", "promotion", "teacher"].map(phase => [
      phase,
      `${((100 * sum(`seconds/${phase}`)) / seconds).toFixed(0)}%`,
    ]),
  );
  // Students overlap, so their own times are summed and shown as shares of each other.
  const [sampling, training] = ["sample_ms", "train_ms"].map(name => sum(`student/time/${name}`));
  split["students: sampling and grading"] = `${((100 * sampling) / (sampling + training)).toFixed(0)}%`;
  split["students: training"] = `${((100 * training) / (sampling + training)).toFixed(0)}%`;
  split["requests a step"] = Math.round(sum("http/requests") / measured.length);
  split["megabytes a step"] = Number((sum("http/megabytes") / measured.length).toFixed(1));
  split["mean reward"] = Number(
    (measured.reduce((total, step) => total + meanReward(step), 0) / measured.length).toFixed(3),
  );
  return {
    secondsPerStep: seconds / measured.length,
    tokensPerSecond: (sum("tokens/sampled") + sum("tokens/trained")) / seconds,
    split,
  };
}

function measureReference(seed) {
  const script = resolve(values.reference);
  const args = [
    script,
    "soar",
    `outer=${steps}`,
    `seed=${seed}`,
    `dir=${dirname(script)}`,
    "soar=soarlab-bench",
  ];
  const env = {
    ...process.env,
    OMP_NUM_THREADS: "1",
    MALLOC_MMAP_THRESHOLD_: "4000000000",
    MALLOC_TRIM_THRESHOLD_: "16000000000",
    MALLOC_TOP_PAD_: "200000000",
  };
  return new Promise((done, fail) => {
    const child = spawn(".venv/bin/python", args, { env, stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", chunk => {
      text += chunk;
    });
    child.on("error", fail);
    child.on("exit", () => {
      // "T 0.4 S 5.2 U 0.1s, 16000 tok/s": teacher, students and update times of one outer step.
      const rows = [...text.matchAll(/T ([\d.]+) S ([\d.]+) U ([\d.]+)s, (\d+) tok\/s/g)]
        .slice(1)
        .map(match => match.slice(1).map(Number));
      const seconds = rows.map(([t, s, u]) => t + s + u);
      const total = seconds.reduce((a, b) => a + b, 0);
      const tokens = rows.reduce((sum, row, i) => sum + row[3] * seconds[i], 0);
      done({ secondsPerStep: total / rows.length, tokensPerSecond: tokens / total });
    });
  });
}
