import type { Datum, ForwardBackwardBody, TensorData } from "../wire.js";
import { dtypes, ForwardBackwardRequest } from "./messages.js";

/** A forward_backward, or forward, as protocol buffer: the API has one message and one path for both. */
export function encodeForwardBackward(body: ForwardBackwardBody): Uint8Array {
  const input = "forward_input" in body ? body.forward_input : body.forward_backward_input;
  return ForwardBackwardRequest.encode({
    modelId: body.model_id,
    seqId: body.seq_id,
    data: input.data.map(encodeDatum),
    lossFn: input.loss_fn,
    lossFnConfig: input.loss_fn_config ?? {},
    forwardOnly: "forward_input" in body,
  }).finish();
}

function encodeDatum({ model_input, loss_fn_inputs }: Datum) {
  return {
    modelInput: model_input.chunks.map(({ tokens }) => ({
      encodedText: { tokens: bytesOf(Int32Array.from(tokens)) },
    })),
    lossFnInputs: Object.fromEntries(
      Object.entries(loss_fn_inputs).map(([name, tensor]) => [name, encodeTensor(tensor)]),
    ),
  };
}

function encodeTensor({ data, dtype, shape }: TensorData) {
  const array = dtype === "int64" ? BigInt64Array.from(data.map(BigInt)) : Float32Array.from(data);
  return { dense: bytesOf(array), dtype: dtypes[dtype], shape };
}

function bytesOf({ buffer }: Int32Array | Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer);
}
