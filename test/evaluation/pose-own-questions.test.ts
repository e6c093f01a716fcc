import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ngramKernel } from "../../src/diversity/ngram-kernel.js";
import type { EvaluationConfig } from "../../src/evaluation/evaluation-config.js";
import { evaluationConfigFor } from "../../src/evaluation/evaluation-config-for.js";
import { poseOwnQuestions } from "../../src/evaluation/pose-own-questions.js";
import type { Lab } from "../../src/lab/lab.js";
import { openExperiment } from "../../src/lab/open-experiment.js";
import { sampleQuestions } from "../../src/lab/sample-questions.js";
import { presets } from "../../src/soar/presets.js";

/* Self-play with the gym's base model on the real server. */

let lab: Lab<EvaluationConfig>;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-self-play-"));
  const config = evaluationConfigFor({ protocol: "serl", base: presets.gym });
  lab = await openExperiment({ config, checkpoints: folder });
});

afterAll(async () => {
  await lab?.close();
  await rm(folder, { recursive: true });
});

const pose = (params: {
  count: number;
  learnable: [number, number];
  maxSimilarity?: number;
  seed?: number;
}) => poseOwnQuestions(lab, { student: lab.baseSampler, votes: 8, maxSimilarity: 1, seed: 1, ...params });

describe("poseOwnQuestions", () => {
  it("takes the most frequent answer for right: on two terms it is, on more it is the gym's shortcut", async () => {
    const posed = await pose({ count: 24, learnable: [0.6, 1] });
    expect(posed).toHaveLength(24);
    const share = (kind: RegExp) => {
      const own = posed.filter(({ question }) => kind.test(lab.domain.kind!(question)));
      return (
        own.filter(({ question, answer }) => lab.domain.judge!(question, answer).isCorrect).length /
        own.length
      );
    };
    expect(share(/k=2/)).toBeGreaterThan(0.8);
    const longer = await pose({ count: 24, learnable: [0.6, 1], seed: 2 });
    const wrong = [...posed, ...longer].filter(
      ({ question, answer }) =>
        /k=[45]/.test(lab.domain.kind!(question)) && !lab.domain.judge!(question, answer).isCorrect,
    );
    expect(wrong.length).toBeGreaterThan(0);
  });

  it("keeps questions unlike those kept already", async () => {
    const posed = await pose({ count: 12, learnable: [0, 1], maxSimilarity: 0.3 });
    const { size, data } = ngramKernel({ texts: posed.map(({ question }) => question) });
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) expect(data[i * size + j]).toBeLessThan(0.3);
    }
  });

  it("gives the same questions again", async () => {
    const params = { count: 6, learnable: [0.2, 0.8] as [number, number] };
    expect(await pose(params)).toEqual(await pose(params));
  });

  it("keeps none where no question is learnable", async () => {
    // Of 8 votes there is no share between 4/8 and 5/8.
    expect(await pose({ count: 1, learnable: [0.55, 0.6] })).toEqual([]);
  });

  it("keeps none of a student that no longer writes questions", async () => {
    const mute = { ...lab, teacherPrompt: lab.studentPrompt("add a 1 +b 2") };
    const params = { count: 4, votes: 8, learnable: [0, 1] as [number, number], maxSimilarity: 1, seed: 1 };
    expect(await poseOwnQuestions(mute, { ...params, student: lab.baseSampler })).toEqual([]);
    await expect(sampleQuestions(mute, { teacher: lab.baseSampler, count: 4, seed: 1 })).rejects.toThrow(
      /the teacher gave 0 of 4 questions in \d+ completions.* Rejected for question tags: \d+, such as\n/,
    );
  });
});
