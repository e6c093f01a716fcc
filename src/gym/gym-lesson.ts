import { parseQuestion } from "./chain.js";
import { gymDomain } from "./gym-domain.js";

/**
 * What a question of the long gym can teach: its kind ("k=3"), and "minus" if a term after the second is subtracted, as
 * in "k=3 minus", which a student gets right only if it reads all signs.
 */
export function gymLesson(question: string): string {
  const kind = gymDomain.kind!(question)!;
  const isLong = /^k=/.test(kind);
  const minus =
    isLong &&
    parseQuestion(question)!
      .terms.slice(1)
      .some(({ sign }) => sign < 0);
  return minus ? `${kind} minus` : kind;
}
