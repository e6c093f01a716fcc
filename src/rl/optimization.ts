import { z } from "zod";

/** Optimizer and loss settings of RLOO training; defaults from SOAR Table 3 where it states them. */
export const optimizationSchema = z.strictObject({
  /** Peak learning rate (Table 3). */
  learningRate: z.number().positive().default(1e-5),
  /** Steps of linear warm-up (Table 3: teacher 20, inner loop 0). */
  warmupSteps: z.number().int().min(0).default(0),
  /** How the learning rate falls (Table 3: cosine). */
  schedule: z.enum(["cosine", "constant"]).default("cosine"),
  /** Weight of the KL penalty against the starting model; 0 = off, and costs no calls (Table 3). */
  klCoefficient: z.number().min(0).default(0.001),
  /** Advantages are multiplied by this before the KL penalty is taken off. The paper states none. */
  advantageScale: z.number().positive().default(1),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  eps: z.number().positive().default(1e-8),
  weightDecay: z.number().min(0).default(0),
  /** Largest global gradient norm; 0 = no clipping. */
  gradientClip: z.number().min(0).default(1),
});

export type Optimization = z.infer<typeof optimizationSchema>;
