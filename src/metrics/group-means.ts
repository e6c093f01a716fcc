import { type Frame, frameRows, isFrame, isMissing } from "../util/frame-rows.js";
import { mean } from "./statistics.js";

export interface GroupMeansParams {
  /** Columns that tell the groups apart. */
  by: string | readonly string[];
  /** Columns of numbers or booleans to average. */
  of: string | readonly string[];
}

/**
 * Means by group, one row per group in the order of appearance: the group's columns, the mean of each column
 * (true counts as 1, false as 0) over the rows that have a value there, and `rows`, the size of the group. A
 * group without any value has the mean NaN.
 *
 * Use this in place of danfojs's `groupby(...).mean()`, which returns NaN for a whole group if one of its
 * rows has no value, and whose `count()` counts such rows.
 *
 * @throws RangeError if no row has a column, TypeError if a value to average is not a number
 */
export function groupMeans(
  table: readonly object[] | Frame,
  { by, of }: GroupMeansParams,
): Record<string, unknown>[] {
  const rows = isFrame(table) ? frameRows(table) : (table as readonly Record<string, unknown>[]);
  const keys = [by].flat() as string[];
  const columns = [of].flat() as string[];
  const unknown = [...keys, ...columns].find(name => rows.length > 0 && !rows.some(row => name in row));
  if (unknown !== undefined) throw new RangeError(`groupMeans: no row has the column "${unknown}"`);
  const groups = new Map<string, Record<string, unknown>[]>();
  for (const row of rows) {
    const key = JSON.stringify(keys.map(name => row[name] ?? null));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return Array.from(groups.values(), group => ({
    ...Object.fromEntries(keys.map(name => [name, group[0]![name]])),
    ...Object.fromEntries(columns.map(name => [name, meanOf(group, name)])),
    rows: group.length,
  }));
}

function meanOf(rows: readonly Record<string, unknown>[], column: string): number {
  const values = rows.map(row => row[column]).filter(value => !isMissing(value));
  const wrong = values.find(value => typeof value !== "number" && typeof value !== "boolean");
  if (wrong !== undefined) {
    throw new TypeError(`groupMeans: column "${column}" has ${JSON.stringify(wrong)}, expected numbers`);
  }
  return values.length === 0 ? Number.NaN : mean(values.map(Number));
}
