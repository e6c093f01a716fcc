import type { Figure, RunRecord } from "soarlab";

/** Share of the teacher's completions that each filter rejected, by outer step: one line per reason. */
export function rejectionsOverSteps({ steps }: Pick<RunRecord, "steps">): Figure {
  const reasons = [...new Set(steps.flatMap(({ teacher }) => Object.keys(teacher.rejected)))].sort();
  return {
    data: reasons.map(reason => ({
      type: "scatter",
      mode: "lines+markers",
      name: reason,
      x: steps.map(({ step }) => step + 1),
      y: steps.map(({ teacher }) => (100 * (teacher.rejected[reason] ?? 0)) / teacher.sampled),
    })),
    layout: {
      title: { text: "Rejected completions of the teacher" },
      xaxis: { title: { text: "outer step" } },
      yaxis: { title: { text: "share of completions sampled (%)" } },
    },
  };
}
