import { Template } from "@huggingface/jinja";
import type { ChatMessage } from "./tokenizer.js";

/** Where a model's files state a chat template, in the order in which transformers prefers them. */
export interface ChatTemplateSources {
  /** additional_chat_templates/NAME.jinja, for the asked name. */
  named?: string;
  /** chat_template.jinja. */
  file?: string;
  /** chat_template of tokenizer_config.json: one template, or several by name. */
  config?: string | { name: string; template: string }[] | null;
}

export interface ChatTemplateParams {
  /** The model, for errors. */
  model: string;
  sources: ChatTemplateSources;
  /** Name of the template, of models that have several. Default "default". */
  name?: string;
  /** What templates may read beside the messages: special tokens such as bos_token, and options such as enable_thinking. */
  variables: Record<string, unknown>;
}

/** Turns messages into the text of a prompt. */
export interface ChatTemplate {
  /**
   * @param forAnswer whether the text ends where the assistant's turn begins
   * @throws Error with the template's own words if it refuses the messages
   */
  render(messages: readonly ChatMessage[], forAnswer: boolean): string;
}

/**
 * The chat template of a model; undefined if it has none.
 * @throws Error that lists the names there are if none has the asked name, or if the template is not valid Jinja
 */
export function chatTemplate(params: ChatTemplateParams): ChatTemplate | undefined {
  const { model, variables } = params;
  const source = findSource(params);
  if (source === undefined) return undefined;
  const template = parse(model, source);
  return {
    render: (messages, forAnswer) => {
      try {
        return template.render({
          // Templates ask whether they are none, not whether they are defined.
          tools: null,
          documents: null,
          ...variables,
          messages,
          add_generation_prompt: forAnswer,
        });
      } catch (cause) {
        throw new Error(`the chat template of ${model} refuses these messages: ${(cause as Error).message}`, {
          cause,
        });
      }
    },
  };
}

function findSource({ model, sources, name }: ChatTemplateParams): string | undefined {
  const { named, file, config } = sources;
  const listed = Array.isArray(config) ? config : [];
  if (name === undefined || name === "default") {
    return file ?? (typeof config === "string" ? config : listed.find(t => t.name === "default")?.template);
  }
  const found = named ?? listed.find(template => template.name === name)?.template;
  if (found !== undefined) return found;
  const names = listed.map(template => template.name).join(", ") || "none by name";
  throw new Error(`${model} has no chat template named ${name}; its tokenizer_config.json has ${names}`);
}

function parse(model: string, source: string): Template {
  try {
    return new Template(source);
  } catch (cause) {
    throw new Error(`the chat template of ${model} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
