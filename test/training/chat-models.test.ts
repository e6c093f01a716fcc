import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadTokenizer } from "../../src/training/load-tokenizer.js";
import type { ChatMessage, ModelTokenizer } from "../../src/training/tokenizer.js";
import { packageRoot } from "../../src/util/package-root.js";

const folder = join(packageRoot, "test/fixtures/chat-models");
const tags = { open: "<think>", close: "</think>" };

interface Reference {
  chats: {
    variables?: Record<string, unknown>;
    template?: string;
    messages: ChatMessage[];
    tokens?: number[];
    refused?: string;
  }[];
  texts: { text: string; tokens: number[]; prompt: number[]; decoded: string }[];
}

/** Made by scripts/references/chat-models.py with transformers. */
const references: Record<string, Reference> = JSON.parse(
  await readFile(join(folder, "references.json"), "utf8"),
);

async function expectAgreement(name: string, model: string): Promise<void> {
  const { chats, texts } = references[name]!;
  for (const { template, variables, messages, tokens, refused } of chats) {
    const tokenizer = await loadTokenizer({ model, template, templateVariables: variables });
    if (refused) expect(() => tokenizer.encodeChat(messages)).toThrow(refused);
    else expect(tokenizer.encodeChat(messages)).toEqual(tokens);
  }
  const tokenizer = await loadTokenizer({ model });
  for (const { text, tokens, prompt, decoded } of texts) {
    expect(tokenizer.encode(text), text).toEqual(tokens);
    expect(tokenizer.encodePrompt(text), text).toEqual(prompt);
    expect(tokenizer.decode(prompt), text).toBe(decoded);
  }
}

/** A tokenizer's end tokens as text. */
async function endsOf(name: string): Promise<string[]> {
  const model = join(folder, name);
  const { endTokens } = await loadTokenizer({ model });
  const { added_tokens } = JSON.parse(await readFile(join(model, "tokenizer.json"), "utf8"));
  const added = new Map<number, string>(
    added_tokens.map((t: { id: number; content: string }) => [t.id, t.content]),
  );
  return endTokens.map(id => added.get(id)!);
}

describe("tokenizers of the forms in use, against transformers", () => {
  for (const name of ["llama-3", "qwen-2.5", "qwen-3", "gemma", "base"])
    it(name, () => expectAgreement(name, join(folder, name)));

  it("end tokens: those that the files name, and what ends a turn in the template", async () => {
    expect(await endsOf("llama-3")).toEqual(["<|end_of_text|>", "<|eot_id|>"]);
    expect(await endsOf("qwen-2.5")).toEqual(["<|endoftext|>", "<|im_end|>"]);
    expect(await endsOf("qwen-3")).toEqual(["<|im_end|>", "<|endoftext|>"]);
    expect(await endsOf("gemma")).toEqual(["<eos>", "<end_of_turn>"]);
    expect(await endsOf("base")).toEqual(["<|end_of_text|>"]);
  });

  it("says that a model has no template, or none of that name", async () => {
    const base = await loadTokenizer({ model: join(folder, "base") });
    expect(() => base.encodeChat([{ role: "user", content: "x" }])).toThrow(
      /base has no chat template; set prompts\.format to "plain"/,
    );
    await expect(loadTokenizer({ model: join(folder, "gemma"), template: "tools" })).rejects.toThrow(
      /no chat template named tools; .* has default, brief/,
    );
  });
});

describe("thinking", () => {
  let tokenizer: ModelTokenizer;
  const graded = (text: string) =>
    tokenizer.decodeCompletion([...tokenizer.encode(text), tokenizer.endTokens[0]!]);

  it("is cut from what is graded, if asked", async () => {
    tokenizer = await loadTokenizer({ model: join(folder, "qwen-3"), cutThinking: tags });
    expect(graded("<think>\n3 + 4\n</think>\n\nIt is 7.")).toBe("It is 7.");
    // The prompt held the opening tag.
    expect(graded("3 + 4\n</think>\n\nIt is 7.")).toBe("It is 7.");
    expect(graded("Well. <think>on and on, \\boxed{8}")).toBe("Well.");
    expect(graded("<think>a</think>b<think>c</think> d")).toBe("d");
    expect(graded("It is 7.")).toBe("It is 7.");
    expect(tokenizer.decode(tokenizer.encode("<think>a</think>b"))).toBe("<think>a</think>b");
  });

  it("stays otherwise", async () => {
    tokenizer = await loadTokenizer({ model: join(folder, "qwen-3") });
    expect(graded("<think>a</think>b")).toBe("<think>a</think>b");
  });
});
