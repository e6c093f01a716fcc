import { EventEmitter } from "node:events";
import { expect, it, vi } from "vitest";
import { createGrader } from "../../src/grading/create-grader.js";
import type { GradeAnswerParams } from "../../src/grading/grade-answer.js";
import type { GraderWorkerData } from "../../src/grading/start-grader-worker.js";

let started = 0;

/** A thread that answers at once; the first two hang at their first item, and the second sends its results as it ends. */
class Thread extends EventEmitter {
  private readonly progress: Int32Array;
  private readonly place = started++;
  private late: unknown[] = [];
  constructor({ progress }: GraderWorkerData) {
    super();
    this.progress = new Int32Array(progress);
  }
  ref() {}
  unref() {}
  postMessage({ items }: { items: GradeAnswerParams[] }) {
    const results = items.map(({ given }) => ({ verdict: "equal", givenForm: given }));
    this.late = results;
    if (this.place < 2) this.progress.set([1, 0]);
    else setImmediate(() => this.emit("message", results));
  }
  async terminate() {
    if (this.place === 1) setImmediate(() => this.emit("message", this.late));
  }
}

vi.mock("../../src/grading/start-grader-worker.js", () => ({
  startGraderWorker: (data: GraderWorkerData) => new Thread(data),
}));

it("createGrader drops what a thread sends after it was given up", async () => {
  const grader = createGrader({ workers: 1, budgetMs: 5 });
  // Twelve make chunks of three.
  const answers = Array.from({ length: 12 }, (_, i) => String(i));
  const verdicts = await grader.grade(answers.map(given => ({ answer: "0", given })));
  expect(verdicts.map(({ givenForm }) => givenForm)).toEqual(answers);
  await grader.close();
});
