import { parentPort, workerData } from "node:worker_threads";
import { type GradeAnswerParams, gradeAnswer } from "./grade-answer.js";
import { parseOutcome } from "./parse-outcome.js";
import type { GraderWorkerData, WorkerTask } from "./start-grader-worker.js";

/** The thread of a grader: grades one chunk after the other, and writes its current item to shared memory. */
const { progress: shared, budgetMs } = workerData as GraderWorkerData;
const progress = new Int32Array(shared);

// The first comparisons of a thread are a hundred times slower than the rest; no answer is charged for that.
for (const [answer, given] of [
  ["\\frac{1}{2}", "0.5"],
  ["x^2-1", "(x+1)(x-1)"],
  ["\\sqrt{2}", "2^{1/2}"],
  ["(-\\infty, 3]", "x \\le 3"],
] as const) {
  gradeAnswer({ answer, given });
}
parentPort!.postMessage("ready");

parentPort!.on("message", ({ task, items }: WorkerTask) => {
  const results = items.map((item, index) => {
    Atomics.store(progress, 1, index);
    Atomics.add(progress, 0, 1);
    return task === "grade"
      ? gradeAnswer({ ...(item as GradeAnswerParams), budgetMs })
      : parseOutcome(item as string, budgetMs);
  });
  Atomics.store(progress, 1, -1);
  Atomics.add(progress, 0, 1);
  parentPort!.postMessage(results);
});
