import { afterEach, describe, expect, it } from "vitest";
import type { Lab } from "../../src/lab/lab.js";
import { type QuestionProgress, sampleQuestions } from "../../src/lab/sample-questions.js";
import { openLab } from "../../src/soar/open-lab.js";
import { presets } from "../../src/soar/presets.js";
import type { Sampler } from "../../src/training/sampler.js";

/* The gym's own domain and tokenizer; what a teacher says is scripted, so that its share of questions is known. */

const good = "<question> add a 3 +b 4 </question> <answer> \\boxed{ a 3 +b 4 0 } </answer>";
const bad = ["<question> add a 3", "<question> add a 3 +b 4 </question>", good.replace("\\boxed{", "")];

let lab: Lab;
afterEach(() => lab.close());

/** A teacher of whose completions every `period`-th is a question. */
async function teacher(period: number): Promise<{ sampler: Sampler; rounds: number[] }> {
  const rounds: number[] = [];
  let said = 0;
  const sampler: Sampler = {
    sample: async ({ numSamples }) => {
      rounds.push(numSamples);
      return Array.from({ length: numSamples }, () => {
        const text = ++said % period === 0 ? good : bad[said % 3]!;
        const tokens = lab.tokenizer.encode(text);
        return { tokens, logprobs: tokens.map(() => -1), stopReason: "stop" as const };
      });
    },
    logprobs: async tokens => tokens.map(() => -1),
  };
  lab = await openLab({ config: presets.gym, sampler: { ...sampler, name: "scripted", version: "1" } });
  return { sampler, rounds };
}

describe("sampleQuestions", () => {
  it("asks in the next round for what the accepted share calls for", async () => {
    const { sampler, rounds } = await teacher(5);
    const seen: QuestionProgress[] = [];
    const { questions, sampled } = await sampleQuestions(lab, {
      teacher: sampler,
      count: 40,
      seed: 1,
      onRound: soFar => seen.push(soFar),
    });
    expect(questions).toHaveLength(40);
    expect(sampled).toBe(200);
    expect(rounds).toHaveLength(2);
    expect(rounds[0]).toBe(54);
    expect(rounds[1]).toBeGreaterThan(150);
    expect(rounds[1]).toBeLessThan(200);
    expect(seen[0]).toMatchObject({ accepted: 10, needed: 40, sampled: 54 });
    expect(Object.values(seen[0]!.rejected).reduce((sum, n) => sum + n)).toBe(44);
  });

  it("needs one round of a teacher that nearly always complies", async () => {
    const { sampler, rounds } = await teacher(1);
    await sampleQuestions(lab, { teacher: sampler, count: 64, seed: 1 });
    expect(rounds).toEqual([86]);
  });

  it("ends early, with reasons and texts, when it would never do", async () => {
    const { sampler, rounds } = await teacher(Number.POSITIVE_INFINITY);
    const asked = sampleQuestions(lab, { teacher: sampler, count: 64, seed: 1 });
    await expect(asked).rejects.toThrow(
      /0 of 64 questions in 86 completions.*more than 1280[\s\S]*answer tags: "<question> add[\s\S]*boxed answer: [\s\S]*question tags: "<question> add a 3"[\s\S]*soarlab warm-start/,
    );
    expect(rounds).toEqual([86]);
  });

  it("keeps to the limit where fewer will do", async () => {
    const { sampler, rounds } = await teacher(100);
    const { questions, sampled } = await sampleQuestions(lab, {
      teacher: sampler,
      count: 10,
      seed: 1,
      allowFewer: true,
    });
    expect(sampled).toBe(200);
    expect(questions).toHaveLength(2);
    expect(rounds.reduce((sum, size) => sum + size)).toBe(200);
  });
});
