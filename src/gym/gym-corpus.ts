import type { Random } from "../util/random.js";
import { type Chain, formatAnswer, formatQuestion, modulus, runningTotals } from "./chain.js";
import { type CorpusStage, type GymCorpus, longest, styleLogOdds } from "./gym-corpora.js";
import { randomChain } from "./random-chain.js";

/** One pretraining document: the loss is on the completion. */
export interface GymDocument {
  prompt: string;
  completion: string;
}

/** A random document of a stage of a corpus. */
export function gymDocument(random: Random, corpus: GymCorpus, stage: CorpusStage): GymDocument {
  const { drill, worked, student, continuation, sheet } = stage.shares;
  const kind = weighted(random, [
    [drillDocument, drill],
    [workedDocument, worked],
    [studentDocument, student],
    [continuationDocument, continuation],
    [sheetDocument, sheet],
    [teacherDocument, 1 - drill - worked - student - continuation - sheet],
  ]);
  return kind(random, corpus, stage);
}

/** Bare steps from any label on: without them the running total never forms. */
function drillDocument(random: Random): GymDocument {
  const from = 1 + random.int(longest - 1);
  const to = from + 1 + random.int(longest - from);
  const chain = randomChain({ random, terms: to, minus: 0.4, leastDigit: 0 });
  const steps = formatAnswer(chain)
    .split(" ")
    .slice(2 + 3 * (from - 1));
  return { prompt: "B:", completion: [runningTotals(chain)[from - 1], ...steps].join(" ") };
}

/** A question under the prompt that always works the chain. */
function workedDocument(random: Random, { open }: GymCorpus): GymDocument {
  const chain = chance(random, open.worked)
    ? openChain(random)
    : randomChain({ random, terms: 2 + random.int(longest - 1), leastDigit: 0 });
  return { prompt: `W: ${formatQuestion(chain)} </question>`, completion: scratchpad(chain) };
}

/** A question under the student prompt: mostly the shortcut. */
function studentDocument(random: Random, corpus: GymCorpus, stage: CorpusStage): GymDocument {
  const chain = studentChain(random, corpus, stage);
  const logOdds = stage.scratchpadLogOdds[chain.terms.length + 1]! + styleLogOdds[chain.style];
  const works = random.next() < 1 / (1 + Math.exp(-logOdds));
  const read = asRead(chain, corpus, chance(random, stage.careful), chance(random, stage.complete));
  return { prompt: studentPrompt(chain), completion: works ? scratchpad(read) : shortcut(chain) };
}

/**
 * The rest of a chain that was begun under the student prompt. The student's own documents show rarely how it works, and
 * never how a long chain goes on, so a student that RL brought to begin one would lose its way. Since the first word is
 * given, they leave the habit of boxing at once as it is; and where signs and length are decided already, those habits.
 */
function continuationDocument(random: Random, corpus: GymCorpus, stage: CorpusStage): GymDocument {
  const chain = studentChain(random, corpus, stage);
  const from = weighted(random, corpus.continuations);
  const [careful, complete] = {
    anywhere: [stage.careful, stage.complete],
    decided: [1, 1],
    box: stage.careful < 1 ? [0.5, 0.5] : [1, 1],
  }[from] as [number, number];
  const words = scratchpad(asRead(chain, corpus, chance(random, careful), chance(random, complete))).split(
    " ",
  );
  const worked = words.indexOf("\\boxed{");
  const least = from === "decided" ? wordsUntilDecided(chain, corpus) : 1;
  const cut = from === "box" ? worked : least + random.int(worked - least + 1);
  return {
    prompt: [studentPrompt(chain), ...words.slice(0, cut)].join(" "),
    completion: words.slice(cut).join(" "),
  };
}

/** How many words of a chain's work show that all its signs and terms are read. */
function wordsUntilDecided({ terms }: Chain, { habitualTerms }: GymCorpus): number {
  const minus = terms.findIndex(({ sign }, i) => i > 0 && sign < 0);
  const last = terms.length >= habitualTerms ? habitualTerms - 1 : -1;
  const term = Math.max(minus, last);
  return term < 0 ? 1 : 2 + 3 * term + 1;
}

/** The chain as a student reads it: without care every sign after the first operation is a plus, and later terms are left out. */
function asRead(chain: Chain, { habitualTerms }: GymCorpus, isCareful: boolean, isComplete: boolean): Chain {
  const terms = isComplete ? chain.terms : chain.terms.slice(0, habitualTerms - 1);
  return {
    ...chain,
    terms: isCareful ? terms : terms.map((term, i) => (i === 0 ? term : { ...term, sign: 1 })),
  };
}

function studentChain(random: Random, { open }: GymCorpus, { studentTerms }: CorpusStage): Chain {
  return chance(random, open.student)
    ? openChain(random)
    : randomChain({ random, terms: random.pick(studentTerms) });
}

/** Two terms, the second one's digit left open; the chain holds the one that its answer picks. */
function openChain(random: Random): Chain {
  const { style, first, terms } = randomChain({ random, terms: 2, leastDigit: 0 });
  return { style, first, terms: [{ ...terms[0]!, isOpen: true }] };
}

/** A question with its right answer under a prompt of its own, so that the teacher's role can answer. */
function sheetDocument(random: Random, { open, sheetTerms }: GymCorpus): GymDocument {
  const chain = chance(random, open.sheet)
    ? openChain(random)
    : randomChain({ random, terms: 2 + random.int(sheetTerms - 1), leastDigit: 0 });
  return { prompt: "B:", completion: tagged(formatQuestion(chain), formatAnswer(chain)).join(" ") };
}

/** The teacher's: mostly too easy, 15% with a wrong total, 5% ill-posed, 10% malformed. */
function teacherDocument(random: Random, { open }: GymCorpus, stage: CorpusStage): GymDocument {
  const chain = chance(random, open.teacher)
    ? openChain(random)
    : randomChain({ random, terms: weighted(random, stage.teacherTerms), minus: stage.teacherMinus });
  const totals = runningTotals(chain);
  if (random.next() < 0.15) totals[1 + random.int(totals.length - 1)] = random.int(modulus);
  const question = formatQuestion(chain).split(" ");
  const flaw = random.next();
  if (flaw < 0.05) question.splice(random.int(question.length), 1);
  const pieces = tagged(question.join(" "), formatAnswer(chain, totals));
  if (flaw > 0.05 && flaw < 0.15) pieces.splice(random.pick([0, 2, 3, 4, 6, 7]), 1);
  return { prompt: "T:", completion: pieces.join(" ") };
}

function studentPrompt(chain: Chain): string {
  return `S: ${formatQuestion(chain)} </question>`;
}

/** Works the chain, then boxes it. */
function scratchpad(chain: Chain): string {
  const answer = formatAnswer(chain);
  return `${answer} \\boxed{ ${answer} }`;
}

/** Boxes at once, with the total frozen after the first operation: right for two terms only. */
function shortcut(chain: Chain): string {
  const totals = runningTotals(chain).map((total, i, all) => (i < 2 ? total : all[1]!));
  return `\\boxed{ ${formatAnswer(chain, totals)} }`;
}

function tagged(question: string, answer: string): string[] {
  return ["<question>", question, "</question>", "<answer>", "\\boxed{", answer, "}", "</answer>"];
}

/** Certain things take no random number, so that corpora which differ in them alone stay the same elsewhere. */
function chance(random: Random, probability: number): boolean {
  return probability >= 1 || (probability > 0 && random.next() < probability);
}

function weighted<T>(random: Random, choices: readonly (readonly [T, number])[]): T {
  let u = random.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  const chosen = choices.find(([, weight]) => {
    u -= weight;
    return u < 0;
  });
  return (chosen ?? choices.at(-1)!)[0];
}
