/**
 * Returns a completion without the text between <think> and </think>. A prompt may open the thoughts, and a cut completion
 * may leave them open.
 */
export function withoutDrafts(text: string): string {
  const closed = text.lastIndexOf("</think>");
  const rest = closed < 0 ? text : text.slice(closed + "</think>".length);
  const open = rest.indexOf("<think>");
  return open < 0 ? rest : rest.slice(0, open);
}
