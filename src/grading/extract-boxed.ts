/**
 * The content of the last complete `\boxed{...}` of a text, braces balanced (escaped braces do not count), or undefined
 * where there is none. Linear in the text's length, never throws.
 */
export function extractBoxed(text: string): string | undefined {
  // From the last opening back, so that a truncated trailing box does not hide a complete one before it.
  for (let at = text.lastIndexOf(marker); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(marker, at - 1)) {
    const content = balanced(text, at + marker.length, text.length);
    if (content !== undefined) return content;
    // Unclosed here means that no later brace closes it: an earlier box can only be complete before `at`.
    text = text.slice(0, at);
  }
  return undefined;
}

const marker = "\\boxed{";

function balanced(text: string, from: number, end: number): string | undefined {
  let depth = 1;
  for (let i = from; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i++;
    else if (c === 123) depth++;
    else if (c === 125 && --depth === 0) return text.slice(from, i).trim();
  }
  return undefined;
}
