/** The tags around a model's thinking. */
export interface ThinkingTags {
  open: string;
  close: string;
}

/**
 * A completion without the model's thinking: what follows the last closing tag. Prompts may hold the opening tag, so a
 * completion may begin inside. Thinking that never ends leaves what precedes it.
 */
export function cutThinking(text: string, { open, close }: ThinkingTags): string {
  const end = text.lastIndexOf(close);
  const rest = end < 0 ? text : text.slice(end + close.length).trimStart();
  const begin = rest.indexOf(open);
  return begin < 0 ? rest : rest.slice(0, begin).trimEnd();
}
