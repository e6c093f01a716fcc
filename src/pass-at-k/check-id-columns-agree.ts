import type { Row } from "../problems/stream-rows.js";
import { ColumnError } from "./column-error.js";
import type { SampleForm } from "./sample-columns.js";

/**
 * A check, row by row, that columns which could all name the problem tell problems apart in the same way: one of them may
 * number the samples. It throws an Error naming both columns and both rows if they do not.
 *
 * @param where returns a row's position, for errors
 */
export function checkIdColumnsAgree(
  { problem: column, alsoProblem }: SampleForm,
  where: (row: number) => string,
): (problem: string, row: Row) => void {
  type Seen = Map<string, { partner: string; row: number }>;
  const twins = alsoProblem.map(name => ({ name, byProblem: new Map() as Seen, byTwin: new Map() as Seen }));
  const meet = (seen: Seen, key: string, partner: string, row: number) => {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, { partner, row });
    return first === undefined || first.partner === partner ? undefined : first.row;
  };
  return (problem, { row, value }) => {
    for (const { name, byProblem, byTwin } of twins) {
      const raw = value[name];
      if (raw === undefined || raw === null) continue;
      const twin = String(raw).trim();
      const sameProblem = meet(byProblem, problem, twin, row);
      const sameTwin = meet(byTwin, twin, problem, row);
      const at = sameProblem ?? sameTwin;
      if (at === undefined) continue;
      const [same, different] = sameProblem === undefined ? [name, column] : [column, name];
      throw new ColumnError(
        `${where(row)}: by "${same}" this is the problem of ${where(at)}, by "${different}" it is another one. ` +
          `Does "${column}" tell problems apart, or "${name}"?`,
        "problem",
      );
    }
  };
}
