/** A string, a number, a literal or a mark of JSON. A backslash of LaTeX in a string may stand alone. */
const scalar = /true|false|null|-?\d[\d.eE+-]*/y;

/**
 * Returns the last balanced, outermost JSON object in a text; undefined if there is none. Prose, code
 * fences and braces around it do no harm. Strings may hold line breaks and single backslashes, which JSON forbids.
 *
 * Takes time linear in the text. Objects still open when a scan fails would fail there too, and are not tried again;
 * objects that it saw closed are read once more and skipped; and what it took for strings is read by at most one
 * other scan, for which the first scan's strings lie between its own.
 */
export function lastJsonObject(text: string): string | undefined {
  const failed = new Set<number>();
  let last: string | undefined;
  for (let start = text.indexOf("{"); start >= 0; ) {
    const end = failed.has(start) ? undefined : scan(text, start, failed);
    if (end !== undefined) last = text.slice(start, end);
    start = text.indexOf("{", end ?? start + 1);
  }
  return last;
}

/** Where the object that begins at `start` ends; undefined, with the objects inside noted, if it does not. */
function scan(text: string, start: number, failed: Set<number>): number | undefined {
  const open: { at: number; closer: "}" | "]" }[] = [];
  let at = start;
  // What may come next. "first" is like "key" or "value", just after a bracket, which may close at once.
  let expects: "first" | "key" | "colon" | "value" | "comma" = "value";
  const space = () => {
    while (at < text.length && " \n\r\t".includes(text[at]!)) at++;
  };
  const string = () => {
    if (text[at] !== '"') return false;
    for (at++; at < text.length; at++) {
      if (text[at] === "\\") at++;
      else if (text[at] === '"') {
        at++;
        return true;
      }
    }
    return false;
  };
  const token = (): boolean => {
    const mark = text[at]!;
    const closer = open.at(-1)?.closer;
    const inObject = closer === "}";
    if ((expects === "first" || expects === "comma") && mark === closer) {
      open.pop();
      expects = "comma";
      at++;
      return true;
    }
    if (expects === "comma" || expects === "colon") {
      if (mark !== (expects === "comma" ? "," : ":")) return false;
      expects = expects === "comma" && inObject ? "key" : "value";
      at++;
      return true;
    }
    if (inObject && (expects === "first" || expects === "key")) {
      expects = "colon";
      return string();
    }
    if (mark === "{" || mark === "[") {
      open.push({ at, closer: mark === "{" ? "}" : "]" });
      expects = "first";
      at++;
      return true;
    }
    expects = "comma";
    if (mark === '"') return string();
    scalar.lastIndex = at;
    if (!scalar.test(text)) return false;
    at = scalar.lastIndex;
    return true;
  };
  do {
    space();
    if (at >= text.length || !token()) {
      for (const { at } of open) failed.add(at);
      return undefined;
    }
  } while (open.length > 0);
  return at;
}
