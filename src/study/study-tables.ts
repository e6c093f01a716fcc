import type { Study } from "./read-study.js";
import type { StudyFigureName } from "./study-figures.js";
import type { StudyResults } from "./study-results.js";

/** A table of a study, as in results.md and on its page. */
export interface StudyTable {
  title: string;
  /** What its numbers are. */
  note: string;
  heads: string[];
  rows: (string | number)[][];
  /** The figures that go with it. */
  figures: StudyFigureName[];
}

/** The tables of a study that it has the data for, in order; pass@k always. */
export function studyTables(study: Study, results: StudyResults): StudyTable[] {
  return [
    passAtKTable(study, results),
    ...differenceTable(study, results),
    ...teacherTable(study),
    ...diversityTable(results),
    ...taxonomyTable(results),
  ];
}

function passAtKTable({ methods, skipped }: Study, { passAtK }: StudyResults): StudyTable {
  const ks = valuesOfK(passAtK);
  const rows = methods.map(method => {
    const own = passAtK.filter(row => row.method === method);
    const cells = ks.map(k => {
      const row = own.find(row => row.k === k);
      return row ? withSpread(100 * row.mean, 100 * row.sd) : "";
    });
    const lacking = skipped.filter(evaluation => evaluation.method === method).length;
    const [first] = own;
    const seeds = first ? `${first.teachers} x ${Number((first.runs / first.teachers).toFixed(1))}` : "none";
    return [method, ...cells, lacking > 0 ? `${seeds} (${lacking} without promotion)` : seeds];
  });
  return {
    title: "pass@k",
    note: "On the held-out half, in %: mean (SD over all runs).",
    heads: ["method", ...ks.map(String), "teachers x students"],
    rows,
    figures: ["pass-at-k", "learning-curves"],
  };
}

function differenceTable({ methods, config }: Study, { passAtK }: StudyResults): StudyTable[] {
  const { compareWith } = config;
  if (compareWith === undefined) return [];
  const ks = valuesOfK(passAtK);
  const rows = methods
    .filter(method => method !== compareWith)
    .map(method => [
      method,
      ...ks.map(k => {
        const row = passAtK.find(row => row.method === method && row.k === k);
        if (!row || !Number.isFinite(row.difference)) return "";
        const interval = Number.isFinite(row.low)
          ? ` [${signed(100 * row.low)}, ${signed(100 * row.high)}]`
          : "";
        return `${signed(100 * row.difference)}${interval}`;
      }),
    ]);
  return [
    {
      title: `Difference from ${compareWith}`,
      note: "In points of pass@k, mean over teacher seeds [95% interval, Student's t].",
      heads: ["method", ...ks.map(String)],
      rows,
      figures: [],
    },
  ];
}

function teacherTable({ runs }: Study): StudyTable[] {
  if (runs.length === 0) return [];
  const rows = runs.map(({ teacher, seed, record }) => [
    teacher,
    seed,
    record.ended ? record.steps.length : `${record.steps.length} so far`,
    record.promotions
      .map(({ step, accuracy }) => `${step + 1}: ${(100 * accuracy.train).toFixed(0)}%`)
      .join(", ") || "none",
    record.promotionQuestions.length,
  ]);
  return [
    {
      title: "Teachers",
      note: "Promotions: the outer step, and the new baseline's greedy accuracy on the hard train half.",
      heads: ["teacher", "seed", "outer steps", "promotions", "questions kept"],
      rows,
      figures: ["diversity-over-steps"],
    },
  ];
}

function diversityTable({ diversity }: StudyResults): StudyTable[] {
  if (diversity.length === 0) return [];
  const rows = diversity.map(({ method, size, vendi, sd, distance, sets }) => [
    method,
    size,
    withSpread(vendi, sd, 2),
    distance.toFixed(3),
    sets,
  ]);
  const sizes = [...new Set(diversity.map(({ size }) => size))];
  return [
    {
      title: "Diversity",
      note: "Vendi Score of subsamples of a common size, mean (SD over subsamples); mean pairwise distance.",
      heads: ["questions of", "subsample", "Vendi Score", "mean pairwise distance", "sets"],
      rows,
      figures: sizes.map(size => `vendi-${size}` as const),
    },
  ];
}

function taxonomyTable({ taxonomy }: StudyResults): StudyTable[] {
  if (taxonomy.length === 0) return [];
  const rows = taxonomy.map(row => [
    row.set,
    row.judged === row.questions ? row.questions : `${row.judged} of ${row.questions}`,
    ...[row.wellPosed, row.correct, row.arithmetic, row.logic, row.impossible, row.ambiguous].map(share =>
      share.toFixed(1),
    ),
  ]);
  const shares = ["well posed", "correct", "arithmetic", "logic", "impossible", "ambiguous"];
  return [
    {
      title: "Question quality",
      note: "In % of the judged questions.",
      heads: ["questions of", "judged", ...shares],
      rows,
      figures: ["taxonomy"],
    },
  ];
}

function valuesOfK(passAtK: StudyResults["passAtK"]): number[] {
  return [...new Set(passAtK.map(({ k }) => k))].sort((a, b) => a - b);
}

function withSpread(value: number, sd: number, digits = 1): string {
  return Number.isFinite(sd) ? `${value.toFixed(digits)} (${sd.toFixed(digits)})` : value.toFixed(digits);
}

/** With its sign, unless it rounds to zero. */
function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return text === "0.0" ? text : `${value < 0 ? "-" : "+"}${text}`;
}
