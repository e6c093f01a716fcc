import { errorTypes, type QuestionVerdict } from "../grading/question-verdict.js";
import type { Figure } from "./figure.js";
import { baseLayout } from "./style/base-layout.js";
import { percent } from "./style/labels.js";
import { palette } from "./style/theme.js";

export interface TaxonomyBarsParams {
  /** Verdicts by the name of the set of questions. */
  sets: Record<string, readonly QuestionVerdict[]>;
  title?: string;
  subtitle?: string;
}

const looks: Record<QuestionVerdict["errorType"], { name: string; color: string }> = {
  None: { name: "right answer", color: palette.green },
  Arithmetic: { name: "arithmetic slip", color: palette.orange },
  Logical_Fallacy: { name: "wrong reasoning", color: palette.pink },
  Ill_Posed: { name: "ill posed", color: palette.vermilion },
  Ambiguous: { name: "ambiguous", color: palette.grey },
};

/**
 * What a judge found in sets of questions: shares of right answers and of each type of error, one stacked bar
 * per set (SOAR, App. C.4, Table 7).
 * @throws RangeError if there is no set or a set is empty
 */
export function taxonomyBars({
  sets,
  title = "What is wrong with the questions",
  subtitle,
}: TaxonomyBarsParams): Figure {
  const names = Object.keys(sets);
  if (names.length === 0)
    throw new RangeError("taxonomyBars: sets is empty, expected at least one set of verdicts");
  const empty = names.find(name => sets[name]!.length === 0);
  if (empty !== undefined) throw new RangeError(`taxonomyBars: set "${empty}" has no verdicts`);
  const labels = names.map(name => `${name} (${sets[name]!.length})`);
  const used = errorTypes.filter(type =>
    names.some(name => sets[name]!.some(({ errorType }) => errorType === type)),
  );
  const layout = baseLayout({
    title,
    subtitle,
    x: "share of questions (%)",
    y: "",
    legend: used.map(type => looks[type].name),
    yLabels: labels,
  });
  return {
    data: used.map(type => {
      const shares = names.map(
        name => sets[name]!.filter(({ errorType }) => errorType === type).length / sets[name]!.length,
      );
      return {
        type: "bar",
        orientation: "h",
        name: looks[type].name,
        y: labels,
        x: shares.map(share => 100 * share),
        text: shares.map(share => (share >= 0.04 ? percent(share) : "")),
        textposition: "inside",
        insidetextanchor: "middle",
        textangle: 0,
        marker: { color: looks[type].color },
        hovertemplate: `%{y}: %{x:.1f}% ${looks[type].name}<extra></extra>`,
      };
    }),
    layout: {
      ...layout,
      barmode: "stack",
      bargap: 0.35,
      height: layout.height - 230 + 56 * names.length,
      xaxis: { ...layout.xaxis, range: [0, 100] },
      yaxis: { ...layout.yaxis, type: "category", autorange: "reversed", showgrid: false },
    },
  };
}
