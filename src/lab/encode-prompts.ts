import { readFile } from "node:fs/promises";
import type { Domain } from "../problems/domain.js";
import type { ChatMessage, ModelTokenizer } from "../training/tokenizer.js";
import { findFile } from "./find-file.js";
import type { Lab } from "./lab.js";
import type { LabConfig } from "./lab-config.js";

/** Returns the prompts of teacher and student as tokens: the domain's texts, or the configured files. */
export async function encodePrompts(
  config: LabConfig,
  domain: Domain,
  tokenizer: ModelTokenizer,
): Promise<Pick<Lab, "teacherPrompt" | "teacherTurns" | "studentPrompt">> {
  const { prompts } = config;
  const wording = { ...domain.prompts };
  for (const role of ["teacher", "teacherQuestion", "teacherAnswer", "student"] as const) {
    const file = prompts[role];
    if (file) wording[role] = await readFile(findFile(`prompts.${role}`, file), "utf8");
  }
  if (!wording.student.includes("{question}")) {
    const where = prompts.student ?? `the domain "${domain.name}"`;
    throw new Error(`${where}: a student prompt must contain {question}, where the question goes`);
  }
  const system = await readSystemMessage(config);
  const encode = (...turns: string[]) =>
    prompts.format === "chat"
      ? tokenizer.encodeChat(conversation(system, turns))
      : tokenizer.encodePrompt(turns.join("\n\n"));
  return {
    teacherPrompt: encode(wording.teacher),
    teacherTurns: {
      question: encode(wording.teacherQuestion),
      questionEnd: domain.questionEnd ? tokenizer.encode(domain.questionEnd) : [],
      answer: question => encode(wording.teacherQuestion, question, wording.teacherAnswer),
    },
    studentPrompt: question => encode(wording.student.replace("{question}", () => question)),
  };
}

async function readSystemMessage({ prompts: { system, format } }: LabConfig): Promise<string | undefined> {
  if (system === undefined) return undefined;
  if (format !== "chat") throw new Error(`prompts.system needs prompts.format "chat", not "${format}"`);
  return (await readFile(findFile("prompts.system", system), "utf8")).trim();
}

/** A system message if there is one, then the user's and the assistant's messages in turn. */
function conversation(system: string | undefined, turns: readonly string[]): ChatMessage[] {
  const messages = turns.map(
    (content, i): ChatMessage => ({ role: i % 2 === 0 ? "user" : "assistant", content }),
  );
  return system === undefined ? messages : [{ role: "system", content: system }, ...messages];
}
