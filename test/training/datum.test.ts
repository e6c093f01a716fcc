import { describe, expect, it } from "vitest";
import { policyDatum, supervisedDatum } from "../../src/training/datum.js";

describe("policyDatum", () => {
  it("shifts targets by one and leaves the prompt's positions at 0", () => {
    const { model_input, loss_fn_inputs } = policyDatum([1, 2, 3], [4, 5], [-0.5, -1], [2, 2]);
    expect(model_input.chunks).toEqual([{ type: "encoded_text", tokens: [1, 2, 3, 4] }]);
    expect(loss_fn_inputs.target_tokens).toEqual({ data: [2, 3, 4, 5], dtype: "int64", shape: [4] });
    expect(loss_fn_inputs.logprobs!.data).toEqual([0, 0, -0.5, -1]);
    expect(loss_fn_inputs.advantages!.data).toEqual([0, 0, 2, 2]);
  });

  it("has as many inputs as targets for an empty completion too", () => {
    for (const { model_input, loss_fn_inputs } of [
      policyDatum([1, 2], [], [], []),
      supervisedDatum([1, 2], []),
    ]) {
      expect(model_input.chunks[0]!.tokens).toEqual([1]);
      for (const { data, shape } of Object.values(loss_fn_inputs))
        expect([data.length, shape]).toEqual([1, [1]]);
    }
  });

  it("refuses logprobs or advantages that are not one a token", () => {
    expect(() => policyDatum([1], [2, 3], [], [1, 1])).toThrow(
      /2 completion tokens, but 0 logprobs and 2 adv/,
    );
    expect(() => policyDatum([1], [2, 3], [-1, -1], [1])).toThrow(/2 logprobs and 1 advantages/);
  });
});

it("supervisedDatum weighs the completion alone", () => {
  const { loss_fn_inputs } = supervisedDatum([1, 2, 3], [4, 5], 0.25);
  expect(loss_fn_inputs.weights!.data).toEqual([0, 0, 0.25, 0.25]);
  expect(loss_fn_inputs.weights!.dtype).toBe("float32");
});
