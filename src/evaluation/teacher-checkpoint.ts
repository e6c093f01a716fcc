import type { RunRecord } from "../soar/run-log.js";

/**
 * Returns the checkpoint of a run's teacher after its last outer step.
 * @throws Error if there is no run, or no finished step
 */
export function teacherCheckpoint(run: RunRecord | undefined): string {
  const checkpoint = run?.steps.at(-1)?.teacher.checkpoint;
  if (checkpoint) return checkpoint;
  throw new Error(
    run
      ? `${run.folder} has no teacher yet: no outer step is finished`
      : "run: expected the folder of a SOAR run, whose teacher is asked",
  );
}
