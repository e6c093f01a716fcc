// The Vendi Score beside the Python package vendi-score on the same vectors, in turns. Run after `npm run build`:
//   PYTHON=path/to/python node scripts/bench/diversity/vendi.mjs [rounds]
// PYTHON needs vendi-score, numpy, scipy and scikit-learn; it runs with its default threads and with one.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, vendiScore, vendiSubsamples } from "../../../dist/index.js";

const rounds = Number(process.argv[2] ?? 5);
const python = process.env.PYTHON ?? "python3";
const dimension = 4096;
const random = createRandom(0);
// Clustered, as embeddings are: 40 centres, and as much again of each vector's own.
const centres = Array.from({ length: 40 }, () => Float64Array.from({ length: dimension }, random.normal));
const vectors = Array.from({ length: 1000 }, () => {
  const centre = random.pick(centres);
  return centre.map(x => x + random.normal());
});
const pool = vectors.slice(0, 384);
const indices = Array.from(pool, (_, i) => i);
const draws = 100;
const chosen = new Uint32Array(draws * 128);
for (let draw = 0; draw < draws; draw++) chosen.set(random.shuffle(indices).slice(0, 128), draw * 128);

const ours = {
  once: () => [vendiScore({ vectors })],
  subsamples: () => vendiSubsamples({ vectors: pool, size: 128, draws: 100 })[0].scores,
};
const folder = mkdtempSync(join(tmpdir(), "vendi-"));
try {
  const [vectorsFile, drawsFile] = [join(folder, "vectors"), join(folder, "draws")];
  writeFileSync(vectorsFile, Buffer.concat(vectors.map(v => Buffer.from(v.buffer))));
  writeFileSync(drawsFile, Buffer.from(chosen.buffer));
  const theirs = env => {
    const run = spawnSync(python, [join(import.meta.dirname, "vendi.py"), vectorsFile, drawsFile, rounds], {
      env: { ...process.env, ...env },
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    if (run.status !== 0) throw new Error(`${python} failed: ${run.error ?? run.stderr}`);
    return Object.fromEntries(
      run.stdout
        .trim()
        .split("\n")
        .map(JSON.parse)
        .map(row => [row.name, row]),
    );
  };
  // In turns, so that a change in the machine's load meets both; CPU time because a busy machine distorts the clock.
  const first = { once: timed(ours.once), subsamples: timed(ours.subsamples) };
  const defaults = theirs({});
  const second = { once: timed(ours.once), subsamples: timed(ours.subsamples) };
  const single = theirs({ OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" });
  const mine = name => ({
    times: [...first[name].times, ...second[name].times],
    cpu: [...first[name].cpu, ...second[name].cpu],
  });

  const row = (name, our, their) => ({
    case: name,
    "ours, ms": median(our.times),
    "theirs, ms": median(their.times),
    ratio: Number((median(our.times) / median(their.times)).toFixed(2)),
    "ours, CPU": median(our.cpu),
    "theirs, CPU": median(their.cpu),
    "ratio, CPU": Number((median(our.cpu) / median(their.cpu)).toFixed(2)),
  });
  console.table([
    row("n = 1,000, d = 4,096; default threads", mine("once"), defaults.once),
    row("n = 1,000, d = 4,096; one thread", mine("once"), single.once),
    row("100 x 128 of 384; default threads", mine("subsamples"), defaults.perDraw),
    row("100 x 128 of 384; one thread", mine("subsamples"), single.perDraw),
    row("  its kernel made once; default threads", mine("subsamples"), defaults.oneKernel),
    row("  its kernel made once; one thread", mine("subsamples"), single.oneKernel),
  ]);
  const relative = (a, b) => Math.abs(a / b - 1);
  const drawn = Array.from({ length: draws }, (_, draw) =>
    vendiScore({ vectors: Array.from(chosen.subarray(draw * 128, draw * 128 + 128), i => pool[i]) }),
  );
  console.log("largest relative difference of the scores:", {
    once: relative(ours.once()[0], single.once.result[0]),
    draws: Math.max(...drawn.map((score, i) => relative(score, single.perDraw.result[i]))),
  });
} finally {
  rmSync(folder, { recursive: true });
}

function timed(work) {
  const times = [];
  const cpu = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    const start = performance.now();
    work();
    times.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  return { times, cpu };
}

function median(times) {
  return Number([...times].sort((a, b) => a - b)[Math.floor(times.length / 2)].toFixed(1));
}
