import { type TaxonomyRow, taxonomyTable } from "../grading/judge/taxonomy-table.js";
import type { QuestionVerdict } from "../grading/question-verdict.js";
import type { Study } from "./read-study.js";
import { type StudyDiversity, studyDiversity } from "./study-diversity.js";
import { type StudyPassAtK, studyPassAtK } from "./study-pass-at-k.js";
import { studyQuestionSets } from "./study-question-sets.js";

/** The tables of a study. */
export interface StudyResults {
  passAtK: StudyPassAtK[];
  diversity: StudyDiversity[];
  /** Verdicts by method, of all its question sets together; only methods whose questions were judged. */
  verdicts: Record<string, QuestionVerdict[]>;
  taxonomy: TaxonomyRow[];
}

/** The tables of section 5 from the finished part of a study. */
export async function studyResults(study: Study): Promise<StudyResults> {
  const verdicts: StudyResults["verdicts"] = {};
  for (const { method, questions } of studyQuestionSets(study)) {
    const judged = questions.flatMap(({ verdict }) => verdict ?? []);
    if (judged.length > 0) verdicts[method] = [...(verdicts[method] ?? []), ...judged];
  }
  return {
    passAtK: studyPassAtK(study),
    diversity: await studyDiversity(study),
    verdicts,
    taxonomy: taxonomyTable({ sets: verdicts }),
  };
}
