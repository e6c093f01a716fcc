/* soarlab/figures: plotly figures as plain data, shown in notebooks, as SVG or as HTML. */

export { type BaselineAccuracyInput, baselineAccuracy } from "./baseline-accuracy.js";
export { type CurriculumMapParams, curriculumMap } from "./curriculum-map.js";
export { type DiversityOverStepsParams, diversityOverSteps } from "./diversity-over-steps.js";
export type { Figure, Trace } from "./figure.js";
export { type LearningCurve, type LearningCurvesParams, learningCurves } from "./learning-curves.js";
export { type MetricOverStepsParams, metricOverSteps } from "./metric-over-steps.js";
export { type LiveCell, type LiveCellParams, liveCell } from "./notebook/live-cell.js";
export {
  type ProgressCell,
  type ProgressCellParams,
  type ProgressLine,
  progressCell,
} from "./notebook/progress-cell.js";
export { type ShowOptions, show } from "./notebook/show.js";
export { type ShowTableOptions, showTable } from "./notebook/show-table.js";
export type { HtmlBlock } from "./page/html.js";
export { passAtKBars } from "./pass-at-k-bars.js";
export { passAtKCurves } from "./pass-at-k-curves.js";
export type { PassAtKFigureParams, PassAtKPoint } from "./pass-at-k-figure.js";
export {
  type QuestionBrowserInput,
  type QuestionBrowserOptions,
  questionBrowser,
} from "./question-browser.js";
export { type QuestionKindsInput, questionKinds } from "./question-kinds.js";
export { type RewardCyclesInput, rewardCycles } from "./reward-cycles.js";
export { type RolloutBrowserOptions, rolloutBrowser } from "./rollout-browser.js";
export { type SolveRateHistogramParams, solveRateHistogram } from "./solve-rate-histogram.js";
export type { ThemeName } from "./style/theme.js";
export { withTheme } from "./style/with-theme.js";
export { type RenderSvgOptions, renderSvg } from "./svg/render-svg.js";
export { type TaxonomyBarsParams, taxonomyBars } from "./taxonomy-bars.js";
export { type VendiBarsParams, vendiBars } from "./vendi-bars.js";
