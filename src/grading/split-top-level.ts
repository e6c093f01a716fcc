/** A piece of a split text, and the separator before it ("" for the first). */
export interface Piece {
  separator: string;
  text: string;
}

/**
 * Splits LaTeX where `separator`, a sticky pattern, matches outside all brackets: braces, parentheses, square brackets and
 * their escaped kinds, \begin..\end, floors and ceilings. An opening and a closing bracket match whatever their kind,
 * as they do in a half-open interval. Returns undefined if they do not balance.
 */
export function splitTopLevel(text: string, separator: RegExp): Piece[] | undefined {
  const pieces: Piece[] = [];
  let depth = 0;
  let start = 0;
  let before = "";
  for (let i = 0; i < text.length; ) {
    if (depth === 0) {
      separator.lastIndex = i;
      const match = separator.exec(text);
      if (match && match[0] !== "") {
        pieces.push({ separator: before, text: text.slice(start, i).trim() });
        before = match[0];
        i += before.length;
        start = i;
        continue;
      }
    }
    const [token, change] = bracketAt(text, i);
    depth += change;
    if (depth < 0) return undefined;
    i += token;
  }
  if (depth !== 0) return undefined;
  pieces.push({ separator: before, text: text.slice(start).trim() });
  return pieces;
}

const command = /\\(?:[a-zA-Z]+|[\s\S])/y;
const opening = new Set([
  "\\{",
  "\\begin",
  "\\langle",
  "\\lfloor",
  "\\lceil",
  "\\lvert",
  "\\lbrack",
  "\\lparen",
]);
const closing = new Set([
  "\\}",
  "\\end",
  "\\rangle",
  "\\rfloor",
  "\\rceil",
  "\\rvert",
  "\\rbrack",
  "\\rparen",
]);

/** Length of the token at a place, and by how much it changes the depth. */
function bracketAt(text: string, at: number): [length: number, change: number] {
  const c = text[at];
  if (c === "(" || c === "[" || c === "{") return [1, 1];
  if (c === ")" || c === "]" || c === "}") return [1, -1];
  if (c !== "\\") return [1, 0];
  command.lastIndex = at;
  const name = command.exec(text)?.[0] ?? c;
  return [name.length, opening.has(name) ? 1 : closing.has(name) ? -1 : 0];
}
