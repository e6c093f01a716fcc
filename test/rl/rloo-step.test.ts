import { describe, expect, it } from "vitest";
import { optimizationSchema } from "../../src/rl/optimization.js";
import { type GroupMember, rlooStep } from "../../src/rl/rloo-step.js";
import { policyDatum } from "../../src/training/datum.js";
import type { SamplingClient } from "../../src/training/sampling-client.js";
import type { TrainingClient } from "../../src/training/training-client.js";
import type { AdamParams, Datum } from "../../src/training/wire.js";

/** A model that notes what it is asked to learn. */
function recorder() {
  const asked = { data: [] as Datum[], adam: [] as AdamParams[] };
  const model = {
    forwardBackward: async (data: Datum[]) => {
      asked.data.push(...data);
      return { logprobs: [], metrics: { "loss:sum": 0.5 } };
    },
    optimStep: async (params: AdamParams) => {
      asked.adam.push(params);
      return { grad_norm: 2 };
    },
  };
  return { asked, model: model as unknown as TrainingClient };
}

const prompt = [1, 2, 3];

function member(reward: number, ...logprobs: number[][]): GroupMember {
  return {
    reward,
    rollouts: logprobs.map(row => ({
      prompt,
      tokens: row.map((_, t) => 10 + t),
      logprobs: row,
      text: "",
      stopReason: "stop",
    })),
  };
}

const datum = (logprobs: number[], advantages: number[]) =>
  policyDatum(
    prompt,
    logprobs.map((_, t) => 10 + t),
    logprobs,
    advantages,
  );

const settings = { learningRate: 1e-3, klCoefficient: 0, advantageScale: 0.01, eps: 1e-2, gradientClip: 3 };

describe("rlooStep", () => {
  it("takes advantages within groups, averages over all rollouts, and passes over what teaches nothing", async () => {
    const { asked, model } = recorder();
    const metrics = await rlooStep({
      model,
      groups: [
        [member(120, [-1, -2]), member(60, [-1]), member(0, [-3])],
        [member(10, [-1]), member(10, [-1])],
      ],
      optimization: optimizationSchema.parse(settings),
      step: 0,
      totalSteps: 1,
      learningRateScale: 0.5,
    });
    // 120 - 30 and 0 - 90, times 0.01, over 5 rollouts; the one of advantage 0 and the equal group are not sent.
    expect(asked.data).toEqual([datum([-1, -2], [0.18, 0.18]), datum([-3], [-0.18])]);
    expect(asked.adam).toEqual([
      {
        learning_rate: 5e-4,
        beta1: 0.9,
        beta2: 0.999,
        eps: 1e-2,
        weight_decay: 0,
        grad_clip_norm: 3,
      },
    ]);
    expect(metrics).toMatchObject({
      "reward/mean": 40,
      "groups/total": 2,
      "groups/skipped": 1,
      "tokens/sampled": 6,
      "entropy/sampled": 1.5,
      "optim/loss": 0.5,
      "optim/grad_norm": 2,
    });
    expect(metrics).not.toHaveProperty("kl/start");
  });

  it("gives every rollout of a member its one reward, as the teacher's datasets have it", async () => {
    const { asked, model } = recorder();
    await rlooStep({
      model,
      groups: [[member(0.5, [-1], [-2]), member(0, [-3], [-4])]],
      optimization: optimizationSchema.parse({ ...settings, advantageScale: 1 }),
      step: 0,
      totalSteps: 1,
    });
    expect(asked.data).toEqual([
      datum([-1], [0.125]),
      datum([-2], [0.125]),
      datum([-3], [-0.125]),
      datum([-4], [-0.125]),
    ]);
  });

  it("takes a centred KL penalty off each token, of rollouts of advantage 0 as well", async () => {
    const { asked, model } = recorder();
    const reference = {
      // Of the starting model, a token's log-probability is -2, wherever it stands.
      logprobs: async (tokens: number[]) => tokens.map((_, i) => (i === 0 ? Number.NaN : -2)),
    } as unknown as SamplingClient;
    const metrics = await rlooStep({
      model,
      groups: [[member(1, [-1, -2]), member(0.5, [-2]), member(0, [-1])]],
      optimization: optimizationSchema.parse({ ...settings, advantageScale: 1, klCoefficient: 0.3 }),
      step: 0,
      totalSteps: 1,
      reference,
    });
    // Log-ratios 1, 0, 0, 1: their mean is 0.5, and 0.3 * 0.5 is the penalty or, below it, the bonus.
    expect(metrics["kl/start"]).toBe(0.5);
    const advantages = asked.data.map(({ loss_fn_inputs }) => loss_fn_inputs.advantages!.data.slice(2));
    const expected = [[0.75 - 0.15, 0.75 + 0.15], [0.15], [-0.75 - 0.15]];
    expect(advantages.map(row => row.map(value => 3 * value))).toEqual(
      expected.map(row => row.map(value => expect.closeTo(value, 12))),
    );
  });

  it("leaves the model as it is where all rewards are equal", async () => {
    const { asked, model } = recorder();
    const metrics = await rlooStep({
      model,
      groups: [[member(0, [-1]), member(0, [-2])]],
      optimization: optimizationSchema.parse({}),
      step: 0,
      totalSteps: 1,
    });
    expect(asked).toEqual({ data: [], adam: [] });
    expect(metrics).toMatchObject({ "groups/skipped": 1, "tokens/trained": 0 });
  });
});
