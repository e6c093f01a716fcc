import { describe, expect, it } from "vitest";
import { requireEngine } from "../../src/lab/require-engine.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { presets } from "../../src/soar/presets.js";
import type { EngineTraits } from "../../src/training/engine/engine-traits.js";

const documented: EngineTraits = {
  wire: "json",
  lossReduction: "sum",
  adamParameters: true,
  gradientClip: true,
  idempotentRequests: true,
  promptLogprobs: true,
  deletesCheckpoints: true,
};

const gym = parseConfig(presets.gym);

function refusal(traits: Partial<EngineTraits>, config = gym): string {
  try {
    requireEngine(config, { ...documented, ...traits });
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

describe("requireEngine", () => {
  it("has nothing to say of an engine that follows the API", () => {
    expect(requireEngine(gym, documented)).toEqual([]);
  });

  it("refuses what the configuration asks for and the engine ignores, each with what to set", () => {
    expect(refusal({ gradientClip: false, promptLogprobs: false })).toBe(
      [
        "the engine would not train as configured:",
        "  it ignores grad_clip_norm: set student.optimization.gradientClip to 0 (it is 1)",
        "  it ignores grad_clip_norm: set teacher.optimization.gradientClip to 0 (it is 1)",
        "  it gives no prompt_logprobs, of which the KL is made: set teacher.optimization.klCoefficient to 0",
      ].join("\n"),
    );
  });

  it.each(["adamParameters", "lossReduction"] as const)("refuses another %s unless it is tolerated", name => {
    const traits = {
      adamParameters: { adamParameters: false },
      lossReduction: { lossReduction: "unknown" as const },
    };
    expect(refusal(traits[name])).toContain(`[${name}]`);
    const tolerant = { ...gym, server: { ...gym.server, tolerate: [name] } };
    expect(refusal(traits[name], tolerant)).toBe("");
  });

  it("tells how it is adapted to, and what stays on its disk", () => {
    const traits = { ...documented, lossReduction: "mean-over-data" as const, deletesCheckpoints: false };
    expect(requireEngine(gym, { ...traits, checkpointBytes: 2e6 })).toEqual([
      "takes the mean over data of the loss; advantages are scaled so that the gradient is the sum's",
      // 26 outer steps; 8 students of 10 steps and a last sampler each, and the teacher's.
      "deletes no checkpoints: 26 saved states, 52 MB, and up to 2314 sampler archives of this run stay on its disk",
    ]);
  });
});
