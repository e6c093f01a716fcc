import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { downloadFileToCacheDir } from "@huggingface/hub";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { environment } from "../util/environment.js";
import { type ChatTemplate, chatTemplate } from "./chat-template.js";
import { cutThinking, type ThinkingTags } from "./cut-thinking.js";
import type { ModelTokenizer } from "./tokenizer.js";

export interface LoadTokenizerParams {
  /** Model folder, or hub id. */
  model: string;
  /** Branch, tag or commit of a hub model. */
  revision?: string;
  /** Name of the chat template, of models that have several. */
  template?: string;
  /** Variables of the chat template, e.g. `{ enable_thinking: false }`. */
  templateVariables?: Record<string, unknown>;
  /** Tags around a model's thinking, which `decodeCompletion` then leaves out. */
  cutThinking?: ThinkingTags;
}

const addedToken = z.looseObject({ content: z.string() });
const specialToken = z.union([z.string(), addedToken.transform(token => token.content)]).nullish();

const definitionSchema = z.looseObject({
  model: z.looseObject({}),
  added_tokens: z.array(addedToken.extend({ id: z.number(), special: z.boolean().optional() })).nullish(),
});

const configSchema = z.looseObject({
  bos_token: specialToken,
  eos_token: specialToken,
  added_tokens_decoder: z.record(z.string(), addedToken).nullish(),
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
});

const endSchema = z.looseObject({
  eos_token_id: z.union([z.number(), z.array(z.number())]).nullish(),
});

/**
 * The tokenizer of a model folder or hub model, from its tokenizer.json, tokenizer_config.json, chat_template.jinja,
 * generation_config.json and config.json.
 * @throws Error that names the file if it is missing or invalid
 */
export async function loadTokenizer(params: LoadTokenizerParams): Promise<ModelTokenizer> {
  const { model } = params;
  const definition = await readJson(params, "tokenizer.json", definitionSchema);
  if (definition === undefined) throw new Error(`${model} has no tokenizer.json, which the toolkit needs`);
  const config = (await readJson(params, "tokenizer_config.json", configSchema)) ?? {};
  const added = allAddedTokens(definition, config);
  const tokenizer = createTokenizer(model, { ...definition, added_tokens: added }, config);
  const template = await readTemplate(params, config);
  const decode = (tokens: number[]) =>
    tokens.length === 0
      ? ""
      : tokenizer.decode(tokens, { skip_special_tokens: true, clean_up_tokenization_spaces: false });

  const generation = (await readJson(params, "generation_config.json", endSchema)) ?? {};
  const stated = generation.eos_token_id ?? (await readJson(params, "config.json", endSchema))?.eos_token_id;
  const idOf = (token: string | null | undefined) => (token ? tokenizer.token_to_id(token) : undefined);
  const turnEnd = idOf(template && endOfTurn(template, added));
  const endTokens = [...new Set([stated ?? [], idOf(config.eos_token) ?? [], turnEnd ?? []].flat())];
  if (endTokens.length === 0)
    throw new Error(`${model} names no end token (eos_token), so completions would never end`);

  return {
    endTokens,
    turnEnd: turnEnd ?? endTokens[0]!,
    encode: text => tokenizer.encode(text, { add_special_tokens: false }).ids,
    encodePrompt: text => {
      const { ids } = tokenizer.encode(text);
      // Some tokenizers also add what ends a text.
      return endTokens.includes(ids.at(-1)!) ? ids.slice(0, -1) : ids;
    },
    decode,
    decodeCompletion: tokens =>
      params.cutThinking ? cutThinking(decode(tokens), params.cutThinking) : decode(tokens),
    encodeChat: messages => {
      if (!template) throw new Error(`${model} has no chat template; set prompts.format to "plain"`);
      // The template writes the special tokens itself.
      return tokenizer.encode(template.render(messages, true), { add_special_tokens: false }).ids;
    },
  };
}

/** Older folders name tokens in tokenizer_config.json that tokenizer.json lacks; if both have one, the former decides. */
function allAddedTokens(
  { added_tokens }: z.infer<typeof definitionSchema>,
  { added_tokens_decoder }: z.infer<typeof configSchema>,
) {
  const byId = new Map((added_tokens ?? []).map(token => [token.id, token]));
  for (const [id, token] of Object.entries(added_tokens_decoder ?? {})) {
    byId.set(Number(id), { ...byId.get(Number(id)), ...token, id: Number(id) });
  }
  return [...byId.values()].sort((a, b) => a.id - b.id);
}

async function readTemplate(params: LoadTokenizerParams, config: z.infer<typeof configSchema>) {
  const { model, template: name, templateVariables } = params;
  const specialTokens = Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      const parsed = specialToken.safeParse(value);
      return key.endsWith("_token") && parsed.success && parsed.data ? [[key, parsed.data]] : [];
    }),
  );
  return chatTemplate({
    model,
    name,
    sources: {
      named: name && (await readText(params, `additional_chat_templates/${name}.jinja`))?.text,
      file: (await readText(params, "chat_template.jinja"))?.text,
      config: config.chat_template,
    },
    variables: { ...specialTokens, ...templateVariables },
  });
}

/** The special token that follows an assistant's message in the template; undefined if there is none. */
function endOfTurn(template: ChatTemplate, added: readonly { content: string; special?: boolean }[]) {
  const answer = "ANSWER";
  let text: string;
  try {
    text = template.render(
      [
        { role: "user", content: "QUESTION" },
        { role: "assistant", content: answer },
      ],
      false,
    );
  } catch {
    return undefined; // a template that takes no such conversation may still take a single question
  }
  const after = text.slice(text.lastIndexOf(answer) + answer.length).trimStart();
  return added.find(token => token.special && after.startsWith(token.content))?.content;
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
  params: LoadTokenizerParams,
  file: string,
  schema: T,
): Promise<z.infer<T> | undefined> {
  const found = await readText(params, file);
  if (!found) return undefined;
  const { path, text } = found;
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

/** A file of the model; undefined if it has none of that name. */
async function readText({ model, revision }: LoadTokenizerParams, file: string) {
  const path = existsSync(model) ? join(model, file) : await download(model, file, revision);
  return path && existsSync(path) ? { path, text: await readFile(path, "utf8") } : undefined;
}

async function download(model: string, file: string, revision?: string): Promise<string | undefined> {
  try {
    return await downloadFileToCacheDir({
      repo: model,
      path: file,
      revision,
      accessToken: environment.hubToken,
      hubUrl: environment.hubEndpoint,
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
