import { createRandom } from "../util/random.js";
import { writeSafetensors } from "../util/safetensors.js";
import { maxTerms, modulus, openDigit, styles } from "./chain.js";

/** The files of an untrained model folder, by name. */
export type ModelFiles = Record<string, string | Uint8Array>;

/** Architecture of the gym's model: Llama, 147 thousand parameters. */
const size = { width: 64, layers: 3, heads: 2, feedForward: 160 };

const special = { pad: "<pad>", end: "<eos>" };

export interface GymModelFilesParams {
  /** Of the weights: the same seed gives the same bytes. */
  seed: number;
  /** Whether the vocabulary has a word for an open digit. */
  openDigits: boolean;
}

/**
 * A Llama-architecture model folder in Hugging Face format with random weights and the gym's word-level tokenizer.
 * Weights are seeded: the same seed gives the same bytes.
 */
export function gymModelFiles({ seed, openDigits }: GymModelFilesParams): ModelFiles {
  const vocabulary = gymVocabulary(openDigits);
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    torch_dtype: "float32",
    vocab_size: vocabulary.length,
    hidden_size: size.width,
    intermediate_size: size.feedForward,
    num_hidden_layers: size.layers,
    num_attention_heads: size.heads,
    num_key_value_heads: size.heads,
    head_dim: size.width / size.heads,
    hidden_act: "silu",
    max_position_embeddings: 128,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    tie_word_embeddings: false,
    attention_bias: false,
    mlp_bias: false,
    pad_token_id: vocabulary.indexOf(special.pad),
    eos_token_id: vocabulary.indexOf(special.end),
    bos_token_id: null,
  };
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  return {
    "config.json": json(config),
    "generation_config.json": json({ pad_token_id: config.pad_token_id, eos_token_id: config.eos_token_id }),
    "tokenizer.json": json(tokenizer(vocabulary)),
    "tokenizer_config.json": json({
      tokenizer_class: "PreTrainedTokenizerFast",
      pad_token: special.pad,
      eos_token: special.end,
      clean_up_tokenization_spaces: false,
    }),
    "model.safetensors": writeSafetensors(randomWeights(vocabulary.length, seed)),
  };
}

function gymVocabulary(openDigits: boolean): string[] {
  const labels = [..."bcdefgh"].slice(0, maxTerms - 1);
  return [
    ...Object.values(special),
    ...["T:", "S:", "W:", "B:"],
    ...["<question>", "</question>", "<answer>", "</answer>", "\\boxed{", "}"],
    ...Array.from({ length: modulus }, (_, digit) => String(digit)),
    "a",
    ...labels.map(label => `+${label}`),
    ...labels.map(label => `-${label}`),
    ...styles,
    ...(openDigits ? [openDigit] : []),
  ];
}

/** One token per word. Written as BPE without merges, because every tokenizer library reads that. */
function tokenizer(vocabulary: string[]) {
  const added = Object.values(special).map(content => ({
    id: vocabulary.indexOf(content),
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: null,
    decoder: null,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
      merges: [],
    },
  };
}

function randomWeights(vocabulary: number, seed: number) {
  const random = createRandom(`gym-model/${seed}`);
  const { width, layers, feedForward } = size;
  const normal = (rows: number, columns: number, deviation: number) => ({
    shape: [rows, columns],
    data: Float32Array.from({ length: rows * columns }, () => random.normal() * deviation),
  });
  const ones = () => ({ shape: [width], data: new Float32Array(width).fill(1) });
  const square = () => normal(width, width, width ** -0.5);
  // Layers that write to the residual stream start smaller, so that its variance does not grow with depth.
  const residual = 1 / Math.sqrt(2 * layers);
  const weights: Record<string, { shape: number[]; data: Float32Array }> = {
    "model.embed_tokens.weight": normal(vocabulary, width, 0.1),
  };
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    weights[`${prefix}.input_layernorm.weight`] = ones();
    for (const name of ["q", "k", "v"]) weights[`${prefix}.self_attn.${name}_proj.weight`] = square();
    weights[`${prefix}.self_attn.o_proj.weight`] = normal(width, width, width ** -0.5 * residual);
    weights[`${prefix}.post_attention_layernorm.weight`] = ones();
    for (const name of ["gate", "up"])
      weights[`${prefix}.mlp.${name}_proj.weight`] = normal(feedForward, width, width ** -0.5);
    weights[`${prefix}.mlp.down_proj.weight`] = normal(width, feedForward, feedForward ** -0.5 * residual);
  }
  weights["model.norm.weight"] = ones();
  weights["lm_head.weight"] = normal(vocabulary, width, width ** -0.5);
  return weights;
}
