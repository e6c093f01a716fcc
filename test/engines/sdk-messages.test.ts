import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { policyDatum } from "../../src/training/datum.js";
import { decodeAnswer } from "../../src/training/protobuf/decode-answer.js";
import { encodeForwardBackward } from "../../src/training/protobuf/encode-forward-backward.js";
import { packageRoot } from "../../src/util/package-root.js";

/** Runs Python beside the official SDK, which the engine's environment has; bytes go in and out. */
function withSdk(script: string, input: Uint8Array = new Uint8Array()): Buffer {
  const python = join(packageRoot, ".cache/engines/skyrl-0.3.0/bin/python");
  const prelude = "import json, sys\nimport numpy as np\nfrom tinker.proto import tinker_public_pb2 as pb\n";
  return execFileSync(python, ["-c", prelude + script], { input });
}

it("the SDK's messages read what soarlab sends", () => {
  const data = [policyDatum([5, 6], [7, 8], [-1, -2.5], [0.5, -1]), policyDatum([5], [9], [-1], [2])];
  const pass = { data, loss_fn: "ppo" as const, loss_fn_config: { clip_low_threshold: 0.75 } };
  const sent = encodeForwardBackward({ model_id: "m", seq_id: 3, forward_input: pass });
  const read = withSdk(
    `
m = pb.ForwardBackwardRequest.FromString(sys.stdin.buffer.read())
dtypes = {pb.DTYPE_FLOAT32: "float32", pb.DTYPE_INT64: "int64"}
tensor = lambda t: {"data": np.frombuffer(t.dense, dtypes[t.dtype]).tolist(), "dtype": dtypes[t.dtype], "shape": list(t.shape)}
print(json.dumps({
    "model_id": m.model_id, "seq_id": m.seq_id, "forward_only": m.forward_only,
    "loss_fn": m.loss_fn, "loss_fn_config": dict(m.loss_fn_config),
    "data": [{
        "model_input": {"chunks": [{"type": "encoded_text", "tokens": np.frombuffer(c.encoded_text.tokens, np.int32).tolist()} for c in d.model_input]},
        "loss_fn_inputs": {name: tensor(t) for name, t in d.loss_fn_inputs.items()},
    } for d in m.data],
}))`,
    sent,
  );
  expect(JSON.parse(read.toString())).toEqual({ model_id: "m", seq_id: 3, forward_only: true, ...pass });
});

it("soarlab reads what the SDK's messages hold", () => {
  const samples = withSdk(`
f = lambda *v: np.array(v, np.float32).tobytes()
m = pb.SampleResponse(prompt_logprobs=f(np.nan, -1.5))
m.sequences.add(stop_reason=pb.STOP_REASON_STOP, tokens=np.array([3, 4], np.int32).tobytes(), logprobs=f(-0.5, -2))
m.sequences.add(stop_reason=pb.STOP_REASON_LENGTH, tokens=np.array([5], np.int32).tobytes())
sys.stdout.buffer.write(m.SerializeToString())`);
  expect(decodeAnswer("/api/v1/asample", samples)).toEqual({
    sequences: [
      { tokens: [3, 4], logprobs: [-0.5, -2], stop_reason: "stop" },
      { tokens: [5], logprobs: null, stop_reason: "length" },
    ],
    prompt_logprobs: [null, -1.5],
  });
  const pass = (dtype: string, bytes: string) => `
m = pb.ForwardBackwardOutput(metrics={"loss:sum": 0.25, "bad": float("nan")})
r = m.loss_fn_outputs.add(num_datums=2)
size = ${dtype === "BFLOAT16" ? 2 : 4}
r.fields["logprobs"].CopyFrom(pb.BatchedTensor(data=${bytes}, offsets=np.array([0, 2 * size, 3 * size], np.int64).tobytes(), dtype=pb.DTYPE_${dtype}))
sys.stdout.buffer.write(m.SerializeToString())`;
  const expected = {
    loss_fn_outputs: [{ logprobs: { data: [-1, -2] } }, { logprobs: { data: [-4.5] } }],
    metrics: { "loss:sum": 0.25, bad: null },
  };
  const values = "np.array([-1, -2, -4.5], np.float32)";
  const halves = `(${values}.view(np.uint32) >> 16).astype(np.uint16)`;
  for (const [dtype, array] of [
    ["FLOAT32", values],
    ["BFLOAT16", halves],
  ] as const) {
    expect(decodeAnswer("/api/v1/forward", withSdk(pass(dtype, `${array}.tobytes()`)))).toEqual(expected);
  }
});
