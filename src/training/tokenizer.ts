/** Text to tokens and back, for one model. */
export interface ModelTokenizer {
  /** Tokens of a text, without special tokens around it unless the template itself has them. */
  encode(text: string): number[];
  /** Text of tokens, special tokens left out. */
  decode(tokens: number[]): string;
  /**
   * Tokens of a conversation in the model's chat template, ready for the assistant's turn.
   * @param turns the user's message, then the assistant's and the user's in turn
   */
  encodeChat(...turns: string[]): number[];
  /** Ids of the tokens that end a completion, as the model names them; at least one. */
  readonly endTokens: number[];
}
