import type { Problem } from "../problems/problem.js";
import { createRandom } from "../util/random.js";
import type { Lab } from "./lab.js";

/** A prompt of the run, and the completion that a model learns for it. */
export interface WarmStartExample {
  role: "teacher" | "student";
  /** Tokens. */
  prompt: number[];
  /** Tokens, including the one that ends a turn. */
  completion: number[];
}

/** Examples in random order, and the problems left out. */
export interface WarmStartExamples {
  examples: WarmStartExample[];
  /** How many problems were left out, by reason. */
  excluded: Record<string, number>;
}

/**
 * Turns problems into examples of the run's two roles: half of those with a worked solution become students' answers,
 * all others become a teacher's questions. Examples that the run would reject are left out: a solution that is not
 * scored as correct, and a question that cannot be parsed back from the teacher's format.
 * @param maxTokens maximum length of prompt and completion together
 * @throws Error if the domain has no `writeQuestion`
 */
export async function warmStartExamples(
  lab: Lab,
  { problems, maxTokens, seed }: { problems: readonly Problem[]; maxTokens: number; seed: number },
): Promise<WarmStartExamples> {
  const { domain, tokenizer } = lab;
  if (!domain.writeQuestion)
    throw new Error(`the domain ${domain.name} has no writeQuestion, so no teacher's examples can be made`);
  const shuffled = createRandom(`warm-start/${seed}`).shuffle(problems);
  let withSolution = 0;
  const isStudents = shuffled.map(({ solution }) => solution !== undefined && withSolution++ % 2 === 1);
  const texts = shuffled.map((problem, i) =>
    isStudents[i] ? problem.solution! : domain.writeQuestion!(problem),
  );
  const scores = await domain.score(shuffled.map((problem, i) => ({ problem, completion: texts[i]! })));
  const stated = await domain.readQuestions(texts);

  const result: WarmStartExamples = { examples: [], excluded: {} };
  for (const [i, problem] of shuffled.entries()) {
    const role = isStudents[i] ? "student" : "teacher";
    const prompt = role === "student" ? lab.studentPrompt(problem.question) : lab.teacherPrompt;
    const completion = [...tokenizer.encode(texts[i]!), tokenizer.turnEnd];
    const reason =
      role === "student"
        ? scores[i]!.correct
          ? undefined
          : "solution not scored as correct"
        : notRead(stated[i]!);
    const tooLong = prompt.length + completion.length > maxTokens ? `over ${maxTokens} tokens` : undefined;
    const why = reason ?? tooLong;
    if (why) result.excluded[why] = (result.excluded[why] ?? 0) + 1;
    else result.examples.push({ role, prompt, completion });
  }
  return result;
}

function notRead(stated: object): string | undefined {
  return "rejected" in stated ? `as a teacher's question: ${stated.rejected}` : undefined;
}
