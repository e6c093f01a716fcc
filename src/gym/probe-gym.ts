import type { Sampler } from "../training/sampler.js";
import type { ModelTokenizer } from "../training/tokenizer.js";
import { gymDomain } from "./gym-domain.js";
import { gymProblems } from "./gym-problems.js";

/** What a model of the gym can do with chains of one length, shares in [0, 1]. */
export interface GymProbe {
  /** Terms k. */
  terms: number;
  /** Probability that a term is subtracted, if the probe was given any. */
  minus?: number;
  /** Right at temperature 0 under the student prompt. */
  greedy: number;
  /** Right at temperature 1 under the student prompt. */
  sampled: number;
  /** Right at temperature 0 under the prompt that always works the chain: the skill, whatever the student's habit. */
  worked: number;
}

/** Measures a model of the gym for every chain length: `problems` fresh problems each, `samples` samples per problem. */
export async function probeGym(params: {
  sampler: Sampler;
  tokenizer: ModelTokenizer;
  problems?: number;
  samples?: number;
  seed?: number;
  /** Probabilities that a term is subtracted, one row each; default: one row, of unrestricted chains. */
  minus?: readonly number[];
}): Promise<GymProbe[]> {
  const { sampler, tokenizer, problems: count = 32, samples = 64, seed = 0, minus } = params;
  const accuracy = async (
    prompt: string,
    terms: number,
    minus: number | undefined,
    numSamples: number,
    temperature: number,
  ) => {
    const problems = gymProblems({
      count,
      terms: [terms],
      seed: seed + terms,
      minus: minus === undefined ? undefined : [minus],
    });
    const scores = await Promise.all(
      problems.map(async problem => {
        const completions = await sampler.sample({
          prompt: tokenizer.encode(prompt.replace("{question}", problem.question)),
          numSamples,
          params: { temperature, max_tokens: 48, seed, stop: tokenizer.endTokens },
        });
        return gymDomain.score(
          completions.map(({ tokens }) => ({ problem, completion: tokenizer.decode(tokens) })),
        );
      }),
    );
    const all = scores.flat();
    return all.filter(({ correct }) => correct).length / all.length;
  };
  const rows: GymProbe[] = [];
  const { student } = gymDomain.prompts;
  for (let terms = 2; terms <= 7; terms++) {
    for (const share of minus ?? [undefined]) {
      rows.push({
        terms,
        ...(share !== undefined && { minus: share }),
        greedy: await accuracy(student, terms, share, 1, 0),
        sampled: await accuracy(student, terms, share, samples, 1),
        worked: await accuracy("W: {question} </question>", terms, share, 1, 0),
      });
    }
  }
  return rows;
}
