import type { QuestionRecord } from "../soar/events.js";

/** The kinds that a figure tells apart. */
export interface NamedKinds {
  /** In their natural order ("k=9" before "k=10"), unnumbered ones after them, "other" last. */
  kinds: string[];
  /** Returns the kind of a question; undefined if its domain names no kinds. */
  label: (question: Pick<QuestionRecord, "kind">) => string | undefined;
}

/** The kinds of some questions; if there are more than `most`, the rarest are merged into "other". */
export function nameKinds(questions: readonly Pick<QuestionRecord, "kind">[], most: number): NamedKinds {
  const counts = new Map<string, number>();
  for (const { kind } of questions) if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).map(([kind]) => kind);
  const kept = new Set(frequent.length > most ? frequent.slice(0, most - 1) : frequent);
  const isNumbered = (kind: string) => Number(!/\d/.test(kind));
  const order = new Intl.Collator("en", { numeric: true });
  const kinds = [...kept].sort((a, b) => isNumbered(a) - isNumbered(b) || order.compare(a, b));
  if (kept.size < frequent.length) kinds.push("other");
  return {
    kinds,
    label: ({ kind }) => (kind === undefined ? undefined : kept.has(kind) ? kind : "other"),
  };
}
