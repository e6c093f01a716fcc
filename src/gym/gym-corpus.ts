import type { Random } from "../util/random.js";
import { type Chain, formatAnswer, formatQuestion, modulus, runningTotals } from "./chain.js";
import { randomChain } from "./random-chain.js";

/** One pretraining document: the loss is on the completion. */
export interface GymDocument {
  prompt: string;
  completion: string;
}

/**
 * The stages of the corpus: first the skill, then the roles, last the student's habits. The skill only forms when
 * student documents come late, and the habit of boxing at once only gets strong in long student-heavy stages.
 */
export type GymStage = "skill" | "roles" | "habits" | "floor";

/** Shares of the kinds of documents by stage: drills, worked questions, student, continuations, exercise sheets, and the teacher's the rest. */
const shares: Record<
  GymStage,
  { drill: number; worked: number; student: number; continuation: number; sheet: number }
> = {
  skill: { drill: 0.35, worked: 0.4, student: 0, continuation: 0, sheet: 0.15 },
  roles: { drill: 0.08, worked: 0.3, student: 0.32, continuation: 0, sheet: 0.1 },
  habits: { drill: 0.02, worked: 0.1, student: 0.64, continuation: 0.08, sheet: 0.03 },
  floor: { drill: 0.01, worked: 0.07, student: 0.7, continuation: 0.08, sheet: 0.02 },
};

/** Longest chain in the corpus. */
const longest = 7;

/** What numbers of terms the student's documents have, by stage. */
const studentTerms: Record<GymStage, readonly number[]> = {
  skill: [2, 3, 4, 5, 6, 7],
  roles: [2, 3, 4, 5, 6, 7],
  habits: [2, 3, 4, 5, 5, 6, 6, 7, 7],
  floor: [2, 3, 3, 4, 4, 5, 6, 6, 6, 7, 7, 7],
};

/** Log-odds that a student document works the chain instead of boxing at once, by terms; styles shift them. */
const scratchpadLogOdds: Record<number, number> = { 2: -5, 3: -1.3, 4: -2.4, 5: -5, 6: -20, 7: -20 };
const styleLogOdds: Record<Chain["style"], number> = { add: 1, sum: 0.3, tot: -0.3, net: -1 };

/** How often the teacher poses questions of so many terms. */
const teacherTerms = [
  [2, 0.74],
  [3, 0.14],
  [4, 0.08],
  [5, 0.04],
] as const;

/** A random document of a stage. */
export function gymDocument(random: Random, stage: GymStage): GymDocument {
  const { drill, worked, student, continuation, sheet } = shares[stage];
  const kind = weighted(random, [
    [drillDocument, drill],
    [workedDocument, worked],
    [studentDocument, student],
    [continuationDocument, continuation],
    [sheetDocument, sheet],
    [teacherDocument, 1 - drill - worked - student - continuation - sheet],
  ]);
  return kind(random, stage);
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
function workedDocument(random: Random): GymDocument {
  const chain = randomChain({ random, terms: 2 + random.int(longest - 1), leastDigit: 0 });
  return { prompt: `W: ${formatQuestion(chain)} </question>`, completion: scratchpad(chain) };
}

/** A question under the student prompt: mostly the shortcut. */
function studentDocument(random: Random, stage: GymStage): GymDocument {
  const terms = random.pick(studentTerms[stage]);
  const chain = randomChain({ random, terms });
  const works = random.next() < 1 / (1 + Math.exp(-scratchpadLogOdds[terms]! - styleLogOdds[chain.style]));
  return {
    prompt: `S: ${formatQuestion(chain)} </question>`,
    completion: works ? scratchpad(chain) : shortcut(chain),
  };
}

/**
 * The rest of a chain that was begun under the student prompt, half of them at the box. The student's own documents never
 * show how a long chain goes on, so a student that RL brought to begin one would lose its way; since the first word is
 * given, they leave the habit of boxing at once as it is.
 */
function continuationDocument(random: Random, stage: GymStage): GymDocument {
  const chain = randomChain({ random, terms: random.pick(studentTerms[stage]) });
  const words = scratchpad(chain).split(" ");
  const worked = words.indexOf("\\boxed{");
  const cut = random.next() < 0.5 ? worked : 1 + random.int(worked);
  return {
    prompt: [studentPrompt(chain), ...words.slice(0, cut)].join(" "),
    completion: words.slice(cut).join(" "),
  };
}

/** A question with its right answer under a prompt of its own, so that the teacher's role can answer. */
function sheetDocument(random: Random): GymDocument {
  const chain = randomChain({ random, terms: 2 + random.int(4), leastDigit: 0 });
  return { prompt: "B:", completion: tagged(formatQuestion(chain), formatAnswer(chain)).join(" ") };
}

/** The teacher's: mostly too easy, 15% with a wrong total, 5% ill-posed, 10% malformed. */
function teacherDocument(random: Random): GymDocument {
  const chain = randomChain({ random, terms: weighted(random, teacherTerms), minus: 0.2 });
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

function weighted<T>(random: Random, choices: readonly (readonly [T, number])[]): T {
  let u = random.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  const chosen = choices.find(([, weight]) => {
    u -= weight;
    return u < 0;
  });
  return (chosen ?? choices.at(-1)!)[0];
}
