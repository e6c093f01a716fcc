import { dtypes, ForwardBackwardOutput, SampleResponse, stopReasonLength } from "./messages.js";

interface BatchedTensor {
  data: Uint8Array;
  offsets: Uint8Array;
  dtype: number;
}

/**
 * The result of a future that came as a protocol buffer, in the form that it has as JSON.
 * @param path of the call that the future is of
 * @throws Error if the bytes are not the message of that call
 */
export function decodeAnswer(path: string, bytes: Uint8Array): unknown {
  return path.endsWith("/asample") ? decodeSamples(bytes) : decodeForwardBackward(bytes);
}

function decodeSamples(bytes: Uint8Array) {
  const { sequences, promptLogprobs } = SampleResponse.decode(bytes) as unknown as {
    sequences: { tokens: Uint8Array; logprobs?: Uint8Array; stopReason: number }[];
    promptLogprobs?: Uint8Array;
  };
  return {
    sequences: sequences.map(({ tokens, logprobs, stopReason }) => ({
      tokens: Array.from(new Int32Array(aligned(tokens))),
      logprobs: logprobs && floats(logprobs),
      stop_reason: stopReason === stopReasonLength ? "length" : "stop",
    })),
    prompt_logprobs: promptLogprobs && floats(promptLogprobs),
  };
}

function decodeForwardBackward(bytes: Uint8Array) {
  const { lossFnOutputs, metrics } = ForwardBackwardOutput.decode(bytes) as unknown as {
    lossFnOutputs: { fields: Record<string, BatchedTensor> }[];
    metrics: Record<string, number>;
  };
  return {
    loss_fn_outputs: lossFnOutputs.flatMap(({ fields: { logprobs } }) =>
      logprobs ? split(logprobs).map(data => ({ logprobs: { data } })) : [],
    ),
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, orNull(value)])),
  };
}

/** One array per datum; the offsets count bytes. */
function split({ data, offsets, dtype }: BatchedTensor): (number | null)[][] {
  const ends = Array.from(new BigInt64Array(aligned(offsets)), Number);
  const read = dtype === dtypes.bfloat16 ? brainFloats : floats;
  return ends.slice(1).map((end, i) => read(data.subarray(ends[i], end)));
}

function floats(bytes: Uint8Array): (number | null)[] {
  return Array.from(new Float32Array(aligned(bytes)), orNull);
}

/** A bfloat16 is the upper half of a float32. */
function brainFloats(bytes: Uint8Array): (number | null)[] {
  const halves = new Uint16Array(aligned(bytes));
  return Array.from(new Float32Array(Uint32Array.from(halves, half => half << 16).buffer), orNull);
}

/** As JSON has them: it knows no NaN and no infinity. */
function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** The bytes in a buffer of their own, since arrays of wider elements cannot begin anywhere. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
