import type { QuestionVerdict } from "../question-verdict.js";

export interface TaxonomyTableParams {
  /** Verdicts by the name of the set of questions; undefined for a question without one. */
  sets: Record<string, readonly (QuestionVerdict | undefined)[]>;
}

/** A column of the paper's table: shares are in percent of the judged questions, NaN if none was judged. */
export interface TaxonomyRow {
  set: string;
  questions: number;
  judged: number;
  wellPosed: number;
  correct: number;
  arithmetic: number;
  logic: number;
  /** Ill_Posed: contradictory or unsolvable. */
  impossible: number;
  ambiguous: number;
}

/** A judge's findings on sets of questions, one row per set in the order given (SOAR, App. C.4, Table 7). */
export function taxonomyTable({ sets }: TaxonomyTableParams): TaxonomyRow[] {
  return Object.entries(sets).map(([set, verdicts]) => {
    const judged = verdicts.filter(verdict => verdict !== undefined);
    const share = (holds: (verdict: QuestionVerdict) => boolean) =>
      (100 * judged.filter(holds).length) / judged.length;
    const erring = (type: QuestionVerdict["errorType"]) => share(({ errorType }) => errorType === type);
    return {
      set,
      questions: verdicts.length,
      judged: judged.length,
      wellPosed: share(({ isWellPosed }) => isWellPosed),
      correct: share(({ isCorrect }) => isCorrect),
      arithmetic: erring("Arithmetic"),
      logic: erring("Logical_Fallacy"),
      impossible: erring("Ill_Posed"),
      ambiguous: erring("Ambiguous"),
    };
  });
}
