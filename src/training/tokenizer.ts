/** One message of a conversation. */
export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** Text to tokens and back, for one model. */
export interface ModelTokenizer {
  /** Tokens of a text, without special tokens around it. */
  encode(text: string): number[];
  /** Tokens of a prompt without a template: those of `encode`, after the token that begins a text (BOS) if the model has one. */
  encodePrompt(text: string): number[];
  /** Text of tokens, special tokens left out. */
  decode(tokens: number[]): string;
  /**
   * Text of a completion as it is graded and asked again: `decode`, without the model's thinking if the tokenizer was
   * loaded with `cutThinking`.
   */
  decodeCompletion(tokens: number[]): string;
  /**
   * Tokens of a conversation in the model's chat template, ready for the assistant's turn.
   * @throws Error if the model has no such template, or the template refuses the messages
   */
  encodeChat(messages: readonly ChatMessage[]): number[];
  /**
   * Ids of the tokens that end a completion: those that the model names, and the one that ends an assistant's turn in
   * its chat template. At least one.
   */
  readonly endTokens: number[];
  /** The one of them that ends an assistant's turn in the chat template; without a template, the first. */
  readonly turnEnd: number;
}
