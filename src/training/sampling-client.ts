import type { ApiClient } from "./api-client.js";
import type { Sample, SampleRequest, Sampler } from "./sampler.js";
import { TrainingError } from "./training-error.js";
import { sampleResultSchema } from "./wire.js";

/** Samples from one fixed set of weights on a training server. */
export class SamplingClient implements Sampler {
  private seqId = 0;

  constructor(
    private readonly api: ApiClient,
    readonly id: string,
  ) {}

  /**
   * `numSamples` completions of one prompt.
   * @throws TrainingError if the server returns another number of them
   */
  async sample({ prompt, numSamples, params, signal }: SampleRequest): Promise<Sample[]> {
    const result = await this.run(prompt, { num_samples: numSamples, sampling_params: params }, signal);
    if (result.sequences.length !== numSamples) {
      throw new TrainingError(
        "protocol",
        `asample returned ${result.sequences.length} sequences, ${numSamples} were requested`,
      );
    }
    return result.sequences.map(({ tokens, logprobs, stop_reason }) => ({
      tokens,
      logprobs: logprobs ?? [],
      stopReason: stop_reason,
    }));
  }

  /** Log-probability of each token of a sequence given those before it; the first has none and is NaN. */
  async logprobs(tokens: number[], signal?: AbortSignal): Promise<number[]> {
    const result = await this.run(
      tokens,
      { num_samples: 1, prompt_logprobs: true, sampling_params: { max_tokens: 1, temperature: 0 } },
      signal,
    );
    const values = (result.prompt_logprobs ?? []).map(value => value ?? Number.NaN);
    // Servers answer null for the first token, which has no log-probability, or leave it out.
    if (values.length === tokens.length - 1) return [Number.NaN, ...values];
    if (values.length === tokens.length) return values;
    throw new TrainingError(
      "protocol",
      `asample returned ${values.length} prompt_logprobs for ${tokens.length} prompt tokens`,
    );
  }

  private async run(tokens: number[], rest: object, signal?: AbortSignal) {
    const path = "/api/v1/asample";
    const body = {
      sampling_session_id: this.id,
      seq_id: this.seqId++,
      prompt: { chunks: [{ type: "encoded_text", tokens }] },
      ...rest,
    };
    const result = await this.api.result(
      path,
      await this.api.submit(path, body, signal),
      sampleResultSchema,
      signal,
    );
    for (const sequence of result.sequences) this.api.traffic.tokensSampled += sequence.tokens.length;
    return result;
  }
}
