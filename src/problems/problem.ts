import { z } from "zod";

/** One problem of a pool, whatever its source. Ids are stable across machines and runs. */
export const problemSchema = z.object({
  /** Stable id derived from source and content, never from row order. */
  id: z.string().min(1),
  /** Where the problem comes from: "MATH", "HARP", "OlympiadBench", "gym" or a user's own name. */
  source: z.string().min(1),
  /** Split of the source that the problem was read from, e.g. "train" or "test". */
  split: z.string(),
  question: z.string().min(1),
  /** Reference answer (LaTeX or the domain's own notation), without \boxed{}. */
  answer: z.string().min(1),
  /** Largest difference of two numbers that counts as equal, if the data set gives one; a list has one per value. */
  tolerance: z.union([z.number().nonnegative(), z.array(z.number().nonnegative())]).optional(),
  level: z.string().optional(),
  subject: z.string().optional(),
  solution: z.string().optional(),
});

export type Problem = z.infer<typeof problemSchema>;
