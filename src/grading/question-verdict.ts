import { z } from "zod";

/** The error types of the paper's question judge (App. C.4, Table 7). */
export const errorTypes = ["None", "Arithmetic", "Logical_Fallacy", "Ill_Posed", "Ambiguous"] as const;

/** A judge's verdict on one synthetic question-answer pair (App. C.4). */
export const questionVerdictSchema = z.object({
  isWellPosed: z.boolean(),
  /** Whether the pair's answer is right; false if the question is not well posed. */
  isCorrect: z.boolean(),
  errorType: z.enum(errorTypes),
  /** The judge's own answer, or "N/A" if there is none. */
  verifiedAnswer: z.string(),
});

export type QuestionVerdict = z.infer<typeof questionVerdictSchema>;
