// Time of pass@k with a 10,000-draw bootstrap, 1,428 problems of 128 samples. Run after `npm run build`:
//   node scripts/bench/metrics/pass-at-k.mjs
import { comparePassAtK, createRandom, passAtK } from "../../../dist/index.js";

const problems = 1428;
const samples = 128;
const random = createRandom(0);
const uniform = Array.from({ length: problems }, () => random.int(samples + 1));
const hard = uniform.map(() => (random.next() < 0.75 ? 0 : Math.floor(20 * random.next() ** 4)));
const ks = [1, 4, 8, 16, 32];

const cases = {
  "fail@128-like, k = 1": () => passAtK({ correct: hard, samples, k: 1 }),
  "fail@128-like, 5 k": () => passAtK({ correct: hard, samples, k: ks }),
  "any count, k = 1": () => passAtK({ correct: uniform, samples, k: 1 }),
  "any count, 5 k": () => passAtK({ correct: uniform, samples, k: ks }),
  "any count, 5 k, no bootstrap": () => passAtK({ correct: uniform, samples, k: ks, draws: 0 }),
  "paired, fail@128-like, 5 k": () =>
    comparePassAtK({ baseline: { correct: hard, samples }, method: { correct: uniform, samples }, k: ks }),
};
// CPU time is what a machine that does other work as well does not change.
const rows = Object.entries(cases).map(([name, work]) => {
  const first = time(work);
  const times = Array.from({ length: 15 }, () => time(work));
  return {
    case: name,
    "first call, ms": first.wall,
    "median, ms": median(times.map(t => t.wall)),
    "fastest, ms": Math.min(...times.map(t => t.wall)),
    "median CPU, ms": median(times.map(t => t.cpu)),
  };
});
console.table(rows);

function time(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  work();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wall: Number(wall.toFixed(1)), cpu: Number(((user + system) / 1000).toFixed(1)) };
}

function median(times) {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
