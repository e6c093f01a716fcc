import type { FailAtKResult } from "../problems/fail-at-k-log.js";
import type { Problem } from "../problems/problem.js";
import { markdownTable } from "../util/tables.js";

/** Problems by solve rate, one line per tenth; those never and always solved have their own. */
export function solveRateTable(results: readonly FailAtKResult[]): string {
  const tried = results.filter(result => result.tried > 0);
  // 0 = never, 1 to 10 = the tenths, 11 = always.
  const counts = Array.from({ length: 12 }, () => 0);
  for (const { tried: n, solved } of tried) {
    counts[solved === n ? 11 : Math.ceil((10 * solved) / n)]! += 1;
  }
  const most = Math.max(1, ...counts);
  const label = (bin: number) => {
    if (bin === 0) return "never";
    return bin === 11 ? "always" : `to ${bin * 10}%`;
  };
  const lines = counts.map((count, bin) => {
    const bar = "#".repeat(Math.ceil((40 * count) / most));
    return `${label(bin).padStart(8)} ${String(count).padStart(6)} ${bar}`.trimEnd();
  });
  return [`solve rate problems (${tried.length})`, ...lines].join("\n");
}

/** Sizes of the paper's splits (SOAR, Table 2; fail@128). */
const paper: Record<string, string> = {
  MATH: "5000: 359 / 360",
  HARP: "4768: 714 / 714",
  OlympiadBench: "674: 158 / 158",
};

/** Table 2 of SOAR: the sizes of pool and halves by source, beside the paper's. */
export function hardCountTable(
  name: string,
  pool: readonly Problem[],
  { hard, train, test }: Record<"hard" | "train" | "test", readonly Problem[]>,
): string {
  const sources = [...new Set(pool.map(({ source }) => source))];
  const count = (problems: readonly Problem[], source: string) =>
    problems.filter(problem => problem.source === source).length;
  return markdownTable(
    ["data set", "pool", name, "train / test", "paper, fail@128 (pool: train / test)"],
    sources.map(source => [
      source,
      count(pool, source),
      count(hard, source),
      `${count(train, source)} / ${count(test, source)}`,
      paper[source] ?? "-",
    ]),
  );
}
