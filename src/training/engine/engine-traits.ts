import { z } from "zod";

/**
 * How an engine reduces a loss, for T_i target tokens in datum i of N data. The API promises the sum; any of the others is
 * a known factor away from it.
 */
const lossReductionSchema = z.enum([
  "sum",
  /** The sum, over N. */
  "mean-over-data",
  /** Each datum's sum over T_i, summed over data. */
  "mean-over-tokens",
  /** Each datum's sum over T_i, then over N. */
  "mean-over-tokens-then-data",
  /** The sum, over the tokens of all data. */
  "mean-over-all-tokens",
  "unknown",
]);

export type LossReduction = z.infer<typeof lossReductionSchema>;

/** Where an engine follows the documented API and where not, measured by `probeEngine`. */
export const engineTraitsSchema = z.object({
  /** How forward and forward_backward are sent. */
  wire: z.enum(["json", "protobuf"]),
  lossReduction: lossReductionSchema,
  /** Whether beta1, beta2 and eps of optim_step take effect. */
  adamParameters: z.boolean(),
  /** Whether grad_clip_norm takes effect. */
  gradientClip: z.boolean(),
  /** Whether a request that is sent twice under one seq_id is carried out once. */
  idempotentRequests: z.boolean(),
  /** Whether the log-probabilities of a prompt can be asked for. */
  promptLogprobs: z.boolean(),
  /** Whether saved checkpoints can be deleted. */
  deletesCheckpoints: z.boolean(),
  /** Size of a saved state of the probed rank, if the engine reports it. */
  checkpointBytes: z.number().optional(),
});

export type EngineTraits = z.infer<typeof engineTraitsSchema>;
