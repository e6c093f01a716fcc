/** Functions as a script of a page, and then what it does with them. Their names are its own. */
export function pageScript(functions: readonly ((...args: never[]) => unknown)[], action: string): string {
  const sources = functions.map(fn => fn.toString()).join("\n");
  return `<script>(function () {\n${sources}\n${action}\n})();</script>`;
}
