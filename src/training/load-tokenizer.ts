import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { downloadFileToCacheDir } from "@huggingface/hub";
import { Template } from "@huggingface/jinja";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import type { ModelTokenizer } from "./tokenizer.js";

export interface LoadTokenizerParams {
  /** Model folder, or hub id. */
  model: string;
  /** Branch, tag or commit of a hub model. */
  revision?: string;
}

const specialToken = z
  .union([z.string(), z.object({ content: z.string() }).transform(token => token.content)])
  .nullish();

const configSchema = z.looseObject({
  bos_token: specialToken,
  eos_token: specialToken,
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
});

const generationSchema = z.looseObject({
  eos_token_id: z.union([z.number(), z.array(z.number())]).nullish(),
});

/**
 * The tokenizer of a model folder or hub model, from its tokenizer.json, tokenizer_config.json and
 * generation_config.json.
 * @throws Error that names the file when it is missing or not what it should be
 */
export async function loadTokenizer({ model, revision }: LoadTokenizerParams): Promise<ModelTokenizer> {
  const definition = await readJson(model, "tokenizer.json", revision);
  if (definition === undefined) throw new Error(`${model} has no tokenizer.json, which the toolkit needs`);
  const config = configSchema.parse((await readJson(model, "tokenizer_config.json", revision)) ?? {});
  const tokenizer = new Tokenizer(definition as object, config);
  const generation = generationSchema.parse(
    (await readJson(model, "generation_config.json", revision)) ?? {},
  );
  const named = config.eos_token ? tokenizer.token_to_id(config.eos_token) : undefined;
  const endTokens = [...new Set([generation.eos_token_id ?? [], named ?? []].flat())];
  if (endTokens.length === 0)
    throw new Error(`${model} names no end token (eos_token), so completions would never end`);
  return {
    endTokens,
    encode: text => tokenizer.encode(text, { add_special_tokens: false }).ids,
    decode: tokens => tokenizer.decode(tokens, { skip_special_tokens: true }),
    encodeChat: (...turns) => {
      const source = config.chat_template;
      const template =
        typeof source === "string" ? source : source?.find(entry => entry.name === "default")?.template;
      if (!template) throw new Error(`${model} has no chat template; set prompts.format to "plain"`);
      const text = new Template(template).render({
        messages: turns.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content })),
        add_generation_prompt: true,
        bos_token: config.bos_token ?? "",
        eos_token: config.eos_token ?? "",
      });
      return tokenizer.encode(text, { add_special_tokens: false }).ids;
    },
  };
}

async function readJson(model: string, file: string, revision?: string): Promise<unknown> {
  const path = existsSync(model) ? join(model, file) : await download(model, file, revision);
  if (!path || !existsSync(path)) return undefined;
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new Error(`${path} is not valid JSON`, { cause: error });
  }
}

async function download(model: string, file: string, revision?: string): Promise<string | undefined> {
  try {
    return await downloadFileToCacheDir({
      repo: model,
      path: file,
      revision,
      accessToken: process.env.HF_TOKEN,
      hubUrl: process.env.HF_ENDPOINT,
    });
  } catch (error) {
    if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return undefined;
    throw new Error(
      `cannot fetch ${file} of ${model}: it is neither a folder here nor reachable on the hub`,
      { cause: error },
    );
  }
}
