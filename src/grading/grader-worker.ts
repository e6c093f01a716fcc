import { parentPort, workerData } from "node:worker_threads";
import { type GradeAnswerParams, gradeAnswer } from "./grade-answer.js";
import { parseOutcome } from "./parse-outcome.js";

/** The thread of a grader: grades one chunk after the other, and says in shared memory which item it is at. */
const progress = new Int32Array(workerData.progress as SharedArrayBuffer);

// The first comparisons of a thread are a hundred times slower than the rest; they are not an answer's fault.
for (const [gold, answer] of [
  ["\\frac{1}{2}", "0.5"],
  ["x^2-1", "(x+1)(x-1)"],
  ["\\sqrt{2}", "2^{1/2}"],
  ["(-\\infty, 3]", "x \\le 3"],
] as const) {
  gradeAnswer({ gold, answer });
}
parentPort!.postMessage("ready");

parentPort!.on("message", ({ task, items }: { task: "grade" | "parse"; items: unknown[] }) => {
  const results = items.map((item, index) => {
    Atomics.store(progress, 1, index);
    Atomics.add(progress, 0, 1);
    return task === "grade" ? gradeAnswer(item as GradeAnswerParams) : parseOutcome(item as string);
  });
  Atomics.store(progress, 1, -1);
  Atomics.add(progress, 0, 1);
  parentPort!.postMessage(results);
});
