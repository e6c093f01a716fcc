import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/soar/parse-config.js";
import { planRun } from "../../src/soar/plan-run.js";
import { presets } from "../../src/soar/presets.js";
import { readModelShape } from "../../src/training/model-shape.js";

describe("planRun", () => {
  it("knows the paper's models by their number of parameters", async () => {
    for (const [base, parameters] of [
      // As the hub counts them.
      ["meta-llama/Llama-3.2-3B-Instruct", 3_212_749_824],
      ["meta-llama/Llama-3.1-8B-Instruct", 8_030_261_248],
    ] as const) {
      const config = parseConfig({ ...presets.paper, model: { base } });
      const { memory } = planRun({ config, shape: await readModelShape(base), weightBytes: 2 });
      expect(memory.perModel.parameters).toBe(parameters);
      expect(memory.base).toBe(2 * parameters);
    }
  });

  it("counts an outer step of the paper, which needs many GPUs, and with adapters one", async () => {
    const shape = await readModelShape("meta-llama/Llama-3.2-3B-Instruct");
    const whole = planRun({ config: parseConfig(presets.paper), shape, weightBytes: 2 });
    // 16 students x 10 steps x 8 questions x 32 rollouts x 1,024 tokens; 17 x 64 greedy answers; 256 questions.
    expect(whole.tokens.students).toBe(16 * 10 * 8 * 32 * 1024);
    expect(whole.tokens.reward).toBe(17 * 64 * 1024);
    expect(whole.tokens.questions).toBe(256 * 512);
    expect(whole.memory.models).toBe(17);
    expect(whole.memory.least).toBe(2 * 3_212_749_824 * (1 + 17 * 9));
    const config = parseConfig(presets["one-gpu"]);
    const adapters = planRun({ config, shape, weightBytes: 2 });
    expect(adapters.tokens).toEqual(whole.tokens);
    expect(adapters.memory.least).toBeLessThan(24e9);
    expect(config.student.optimization.learningRate).toBe(
      10 * parseConfig(presets.paper).student.optimization.learningRate,
    );
  });

  it("samples no students for an intrinsic teacher without promotions", async () => {
    const shape = await readModelShape("data/gym-base");
    const config = parseConfig({
      ...presets.gym,
      teacher: { ...presets.gym.teacher, reward: "intrinsic" },
      promotion: { enabled: false },
    });
    const { tokens, memory } = planRun({ config, shape, weightBytes: 4 });
    expect([tokens.students, tokens.reward]).toEqual([0, 64 * 32 * 43]);
    expect([memory.models, memory.cache.perRow]).toEqual([1, 2 * 3 * 2 * 32 * 4 * 44]);
  });

  it("says what a folder lacks", async () => {
    await expect(readModelShape("data/gym-hard")).rejects.toThrow(/config\.json/);
  });
});
