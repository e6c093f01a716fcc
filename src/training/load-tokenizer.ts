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

const definitionSchema = z.looseObject({ model: z.looseObject({}) });

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
  const definition = await readJson(model, "tokenizer.json", definitionSchema, revision);
  if (definition === undefined) throw new Error(`${model} has no tokenizer.json, which the toolkit needs`);
  const config = (await readJson(model, "tokenizer_config.json", configSchema, revision)) ?? {};
  const tokenizer = createTokenizer(model, definition, config);
  const generation = (await readJson(model, "generation_config.json", generationSchema, revision)) ?? {};
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

function createTokenizer(model: string, definition: object, config: object): Tokenizer {
  try {
    return new Tokenizer(definition, config);
  } catch (cause) {
    throw new Error(`${model}: no tokenizer can be made of tokenizer.json: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function readJson<T extends z.ZodType>(
  model: string,
  file: string,
  schema: T,
  revision?: string,
): Promise<z.infer<T> | undefined> {
  const path = existsSync(model) ? join(model, file) : await download(model, file, revision);
  if (!path || !existsSync(path)) return undefined;
  const text = await readFile(path, "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is not valid JSON; it begins: ${text.slice(0, 60)}`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
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
  } catch (cause) {
    const { message, statusCode } = cause as Error & { statusCode?: number };
    if (statusCode === 404) return undefined;
    const why =
      statusCode === 401 || statusCode === 403
        ? `the hub refused it (${statusCode}); a gated or private model needs HF_TOKEN`
        : `it is neither a folder here nor reachable on the hub (${message})`;
    throw new Error(`cannot fetch ${file} of ${model}: ${why}`, { cause });
  }
}
