import { pluralize } from "../figures/style/labels.js";
import type { Study } from "../study/read-study.js";

/** The progress of a study, in a sentence. */
export function studyHeadline({ evaluations, skipped, missing }: Study): string {
  const parts = [
    pluralize(evaluations.length, "evaluation run"),
    ...(skipped.length > 0 ? [`${skipped.length} without a promotion to evaluate`] : []),
    ...(missing.length > 0 ? [`${missing.length} still to be done`] : []),
  ];
  return `${parts.join(", ")}.`;
}
