import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { extractBoxed } from "../../src/grading/extract-boxed.js";
import { type Chain, formatAnswer, formatQuestion, parseAnswer } from "../../src/gym/chain.js";
import { gymProblems } from "../../src/gym/gym-problems.js";
import { randomChain } from "../../src/gym/random-chain.js";
import type { Lab } from "../../src/lab/lab.js";
import { sampleQuestions } from "../../src/lab/sample-questions.js";
import { solvedGreedily } from "../../src/lab/solved-greedily.js";
import { openLab } from "../../src/soar/open-lab.js";
import { presets } from "../../src/soar/presets.js";
import { createRandom } from "../../src/util/random.js";

/* The base model that comes with the gym-long preset, on the real server: what its card says of it. */

let lab: Lab;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-gym-long-"));
  lab = await openLab({ config: presets["gym-long"], checkpoints: folder });
}, 60_000);

afterAll(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

/** What the model writes after a prompt, at temperature 0 unless told. */
async function write(prompt: string, numSamples = 1, temperature = 0): Promise<string[]> {
  const { baseSampler, tokenizer } = lab;
  const params = { temperature, max_tokens: 48, seed: 0, stop: tokenizer.endTokens };
  const samples = await baseSampler.sample({ prompt: tokenizer.encode(prompt), numSamples, params });
  return samples.map(({ tokens }) => tokenizer.decode(tokens));
}

/** Twenty random chains of so many terms, as a student works them that has begun to. */
async function worked(terms: number, minus: number): Promise<{ chain: Chain; answer: string }[]> {
  const random = createRandom(1);
  const chains = Array.from({ length: 20 }, () => randomChain({ random, terms, minus }));
  return Promise.all(
    chains.map(async chain => {
      const begun = `a ${chain.first}`;
      const [rest] = await write(`S: ${formatQuestion(chain)} </question> ${begun}`);
      return { chain, answer: extractBoxed(`${begun} ${rest}`)! };
    }),
  );
}

const share = (flags: boolean[]) => flags.filter(Boolean).length / flags.length;

describe("gym-long-base", { timeout: 60_000 }, () => {
  it("solves none of the hard problems greedily as a student, and all where it is asked to work", async () => {
    const problems = [...lab.hardSplit.train, ...lab.hardSplit.test];
    expect(problems).toHaveLength(128);
    expect(await solvedGreedily(lab, lab.baseSampler, problems)).toEqual(problems.map(() => false));
    const answers = await Promise.all(problems.map(({ question }) => write(`W: ${question} </question>`)));
    expect(share(answers.map(([text], i) => extractBoxed(text!) === problems[i]!.answer))).toBeGreaterThan(
      0.97,
    );
  });

  it("solves three and four terms sometimes: the rungs", async () => {
    const rate = async (terms: number) => {
      const problems = gymProblems({ count: 16, terms: [terms], seed: 1, minus: [0] });
      const answers = await Promise.all(
        problems.map(({ question }) => write(`S: ${question} </question>`, 32, 1)),
      );
      return share(
        answers.flatMap((texts, i) => texts.map(text => extractBoxed(text) === problems[i]!.answer)),
      );
    };
    const [three, four] = [await rate(3), await rate(4)];
    expect(three).toBeGreaterThan(0.15);
    expect(three).toBeLessThan(0.6);
    expect(four).toBeGreaterThan(0.01);
    expect(four).toBeLessThan(0.2);
  });

  it("once it works a chain, takes later minuses for pluses and stops after five terms", async () => {
    const plain = await worked(5, 0);
    expect(share(plain.map(({ chain, answer }) => answer === formatAnswer(chain)))).toBeGreaterThan(0.9);
    const minus = await worked(5, 1);
    const asPlus = ({ terms, ...chain }: Chain) =>
      formatAnswer({ ...chain, terms: terms.map((term, i) => (i === 0 ? term : { ...term, sign: 1 })) });
    expect(share(minus.map(({ chain, answer }) => answer === asPlus(chain)))).toBeGreaterThan(0.75);
    const long = await worked(7, 0);
    const short = (chain: Chain) => formatAnswer({ ...chain, terms: chain.terms.slice(0, 4) });
    expect(share(long.map(({ chain, answer }) => answer === short(chain)))).toBeGreaterThan(0.75);
  });

  it("answers an open question with any digit and its total, so one time in seven with the reference", async () => {
    const texts = await write("S: add a 3 +b ? </question>", 256, 1);
    const answers = texts.map(text => parseAnswer(extractBoxed(text) ?? ""));
    const digits = answers.map(answer => answer?.terms[0]?.digit ?? Number.NaN);
    expect(share(answers.map((answer, i) => answer?.totals[1] === (3 + digits[i]!) % 7))).toBeGreaterThan(
      0.95,
    );
    for (let digit = 0; digit < 7; digit++) {
      const rate = share(digits.map(picked => picked === digit));
      expect(rate).toBeGreaterThan(0.07);
      expect(rate).toBeLessThan(0.22);
    }
  });

  it("as a teacher mostly poses what is too easy, and leaves a digit open now and then", async () => {
    const { questions } = await sampleQuestions(lab, { teacher: lab.baseSampler, count: 256, seed: 0 });
    const kinds = questions.map(({ question }) => lab.domain.kind!(question));
    expect(share(kinds.map(kind => kind === "k=2"))).toBeGreaterThan(0.35);
    expect(share(kinds.map(kind => kind === "open"))).toBeGreaterThan(0.05);
    expect(share(kinds.map(kind => kind === "open"))).toBeLessThan(0.2);
  });
});
