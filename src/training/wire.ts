import { z } from "zod";

/*
 * The subset of the Tinker API that soarlab speaks: what we send as types, what we receive as zod schemas.
 * Unknown fields in answers are ignored, so that newer servers keep working.
 */

export interface ModelInput {
  chunks: { type: "encoded_text"; tokens: number[] }[];
}

export interface TensorData {
  data: number[];
  dtype: "int64" | "float32";
  shape: number[];
}

/** One training example: inputs, and per position the target and what the loss needs. Targets are inputs shifted by one. */
export interface Datum {
  model_input: ModelInput;
  loss_fn_inputs: {
    target_tokens: TensorData;
    weights?: TensorData;
    logprobs?: TensorData;
    advantages?: TensorData;
  };
}

/** Losses are sums over tokens, not means: the caller scales. */
export type LossName = "cross_entropy" | "importance_sampling" | "ppo";

export interface Pass {
  data: Datum[];
  loss_fn: LossName;
  loss_fn_config?: Record<string, number>;
}

/** A request for a forward pass, with or without a gradient. */
export type ForwardBackwardBody = { model_id: string; seq_id: number } & (
  | { forward_backward_input: Pass }
  | { forward_input: Pass }
);

/** Optimizer settings of one step (AdamW). */
export interface AdamParams {
  learning_rate: number;
  beta1: number;
  beta2: number;
  eps: number;
  weight_decay: number;
  /** Global gradient norm above which the gradient is scaled down; 0 = never. */
  grad_clip_norm: number;
}

export interface SamplingParams {
  max_tokens: number;
  temperature: number;
  top_k?: number;
  top_p?: number;
  seed?: number;
  /** Stop strings or stop token ids. Some servers know no end token but these. */
  stop: string[] | number[];
}

/** JSON has no NaN: servers write null, which says what went wrong. */
const finite = z.number({
  error: ({ input }) => (input === null ? "not a finite number: has training diverged?" : undefined),
});

const metricsSchema = z.record(z.string(), finite).nullish();

export const capabilitiesSchema = z.object({
  supported_models: z.array(z.object({ model_name: z.string(), max_context_length: z.number().nullish() })),
});

export const sessionSchema = z.object({ session_id: z.string() });

export const samplingSessionSchema = z.object({ sampling_session_id: z.string() });

/** What every asynchronous call answers at once. */
export const requestAcceptedSchema = z.object({ request_id: z.string(), model_id: z.string().nullish() });

export const createModelResultSchema = z.object({ model_id: z.string() });

export const forwardBackwardResultSchema = z.object({
  loss_fn_outputs: z.array(z.object({ logprobs: z.object({ data: z.array(finite) }) })),
  metrics: metricsSchema,
});

export const optimStepResultSchema = z.object({ metrics: metricsSchema });

export const saveResultSchema = z.object({ path: z.string() });

export const saveForSamplerResultSchema = z.object({
  path: z.string().nullish(),
  sampling_session_id: z.string().nullish(),
});

export const sampleResultSchema = z.object({
  sequences: z.array(
    z.object({
      tokens: z.array(z.number().int()),
      logprobs: z.array(finite).nullish(),
      stop_reason: z.enum(["length", "stop"]),
    }),
  ),
  prompt_logprobs: z.array(z.number().nullable()).nullish(),
});

export const checkpointListSchema = z.object({
  checkpoints: z.array(z.object({ size_bytes: z.number().nullish() })),
});

/** A future that has no result yet, if the server does not use status 408 for that. */
export const tryAgainSchema = z.object({ type: z.literal("try_again") });

/** Any answer that carries nothing we need. */
export const emptyResultSchema = z.looseObject({});

/** A failed future, or any error body. */
export const errorBodySchema = z.object({ detail: z.unknown() });
