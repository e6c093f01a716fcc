/**
 * Returns the content of the last complete `\boxed{...}` of a text, braces balanced (escaped braces do not count), or
 * undefined if there is none. `\fbox{...}`, `\boxed {...}` and the brace-less `\boxed 9` count too. Linear in the text's
 * length, never throws.
 */
export function extractBoxed(text: string): string | undefined {
  return boxesFromLast(text).next().value ?? undefined;
}

/** Returns the contents of all complete boxes, in order, a repeated one once; of nested boxes only the innermost. */
export function extractAllBoxed(text: string): string[] {
  return [...new Set([...boxesFromLast(text)].reverse())];
}

/** From the last opening back, so that a truncated trailing box does not hide a complete one before it. */
function* boxesFromLast(text: string): Generator<string, undefined> {
  const starts = [...text.matchAll(/\\(?:boxed|fbox)(?![a-zA-Z])[ \t\r\n]{0,8}/g)];
  let end = text.length;
  for (let i = starts.length - 1; i >= 0; i--) {
    const { 0: opening, index } = starts[i]!;
    const from = index + opening.length;
    const content = text[from] === "{" ? balanced(text, from + 1, end) : bare(text, from);
    if (content !== undefined) yield content;
    // If it is unclosed, no later brace closes it: an earlier box can only be complete before it.
    end = index;
  }
}

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

/** The number or word after a \boxed without braces. */
function bare(text: string, from: number): string | undefined {
  return /^[^\s$\\{}.,;]{1,40}/.exec(text.slice(from, from + 40))?.[0];
}
