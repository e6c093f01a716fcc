import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { downloadFileToCacheDir } from "@huggingface/hub";
import { z } from "zod";
import { environment } from "../util/environment.js";

/** The sizes of a transformer that decide on its memory. */
export interface ModelShape {
  width: number;
  mlpWidth: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  vocabulary: number;
  /** Whether input and output embeddings are one matrix. */
  isTied: boolean;
}

const configSchema = z
  .object({
    hidden_size: z.int(),
    intermediate_size: z.int(),
    num_hidden_layers: z.int(),
    num_attention_heads: z.int(),
    num_key_value_heads: z.int().nullish(),
    head_dim: z.int().nullish(),
    vocab_size: z.int(),
    tie_word_embeddings: z.boolean().nullish(),
  })
  .transform(
    (config): ModelShape => ({
      width: config.hidden_size,
      mlpWidth: config.intermediate_size,
      layers: config.num_hidden_layers,
      heads: config.num_attention_heads,
      kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
      headDim: config.head_dim ?? config.hidden_size / config.num_attention_heads,
      vocabulary: config.vocab_size,
      isTied: config.tie_word_embeddings ?? false,
    }),
  );

const llama = { headDim: 128, kvHeads: 8, vocabulary: 128_256 };

/** The paper's models, whose files on the hub need a token. */
const known: Record<string, ModelShape> = {
  "meta-llama/Llama-3.2-3B-Instruct": {
    ...llama,
    width: 3072,
    mlpWidth: 8192,
    layers: 28,
    heads: 24,
    isTied: true,
  },
  "meta-llama/Llama-3.1-8B-Instruct": {
    ...llama,
    width: 4096,
    mlpWidth: 14_336,
    layers: 32,
    heads: 32,
    isTied: false,
  },
};

/**
 * The shape of a model folder or hub model, from its config.json.
 * @throws Error if it cannot be had, or lacks a size
 */
export async function readModelShape(model: string): Promise<ModelShape> {
  if (Object.hasOwn(known, model)) return known[model]!;
  const local = join(model, "config.json");
  const path = existsSync(model) ? local : await fetchConfig(model);
  const parsed = configSchema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Error(`${path}: no shape of a transformer that is known: ${z.prettifyError(parsed.error)}`);
}

async function fetchConfig(model: string): Promise<string> {
  try {
    return await downloadFileToCacheDir({
      repo: model,
      path: "config.json",
      ...(environment.hubToken && { accessToken: environment.hubToken }),
      ...(environment.hubEndpoint && { hubUrl: environment.hubEndpoint }),
    });
  } catch (cause) {
    throw new Error(
      `${model} is no model folder, and its config.json could not be fetched: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}
