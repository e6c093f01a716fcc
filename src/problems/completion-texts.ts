/**
 * The texts of one or several completions, in any form in which logs hold them: a text; messages (`[{role, content}]`), of
 * which the last one of the assistant counts; an answer of OpenAI's API (`{choices: [...]}`); content in parts
 * (`[{type: "text", text}]`); lists of all these, also nested as lm-eval's `resps`. Returns undefined for any other
 * or an empty value.
 */
export function completionTexts(value: unknown): string[] | undefined {
  if (typeof value === "string") return [value];
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    if (value.every(isMessage)) {
      const said = value.findLast(({ role }) => role === "assistant") ?? value.at(-1)!;
      return [contentText(said.content) ?? ""];
    }
    const texts: string[] = [];
    for (const item of value) {
      const found = completionTexts(item);
      if (found === undefined) return undefined;
      texts.push(...found);
    }
    return texts;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if ("choices" in value) return Array.isArray(value.choices) ? completionTexts(value.choices) : undefined;
  if ("message" in value) return isMessage(value.message) ? completionTexts([value.message]) : undefined;
  if (isMessage(value)) return completionTexts([value]);
  const text = "text" in value ? value.text : undefined;
  return typeof text === "string" ? [text] : undefined;
}

/** The text of the last message of the user, or of a prompt that is a text; undefined if the value is neither. */
export function promptText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value) || value.length === 0 || !value.every(isMessage)) return undefined;
  return contentText((value.findLast(({ role }) => role === "user") ?? value.at(-1)!).content);
}

interface Message {
  role: string;
  content: unknown;
}

function isMessage(value: unknown): value is Message {
  return (
    typeof value === "object" &&
    value !== null &&
    "role" in value &&
    typeof value.role === "string" &&
    "content" in value
  );
}

/** Content that is null, as of a message that only calls tools, is undefined. */
function contentText(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  return content.map(part => (typeof part?.text === "string" ? part.text : "")).join("");
}
