import { expect, it } from "vitest";
import { readEvaluation } from "../../src/evaluation/read-evaluation.js";

it.each([
  ["base-model", { questions: { from: "none" }, training: { mix: "curriculum" } }],
  ["serl-style", { questions: { from: "self-play" }, training: { mix: "questions-only" } }],
])("reads the names that version 0.1.0 wrote: %s", async (method, named) => {
  const record = await readEvaluation(`data/studies/gym/evaluations/${method}/seed-0-student-0`);
  expect(record.config).toMatchObject(named);
  expect(record.start?.version).toBe("0.1.0");
  expect(record.ended).toBe(true);
});
