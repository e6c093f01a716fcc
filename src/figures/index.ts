/* soarlab/figures: plotly figures as plain data, shown in notebooks, as SVG or as HTML. */

export { baselineAccuracy } from "./baseline-accuracy.js";
export { type CurriculumMapParams, curriculumMap } from "./curriculum-map.js";
export { diversityOverSteps } from "./diversity-over-steps.js";
export type { Figure, Trace } from "./figure.js";
export { type LearningCurve, learningCurves } from "./learning-curves.js";
export { metricOverSteps } from "./metric-over-steps.js";
export { type LiveCell, liveCell } from "./notebook/live-cell.js";
export { type ProgressCell, type ProgressLine, progressCell } from "./notebook/progress-cell.js";
export { show } from "./notebook/show.js";
export { showTable } from "./notebook/show-table.js";
export type { HtmlBlock } from "./page/html.js";
export { passAtKBars } from "./pass-at-k-bars.js";
export { passAtKCurves } from "./pass-at-k-curves.js";
export { questionBrowser } from "./question-browser.js";
export { questionKinds } from "./question-kinds.js";
export { rewardCycles } from "./reward-cycles.js";
export { rolloutBrowser } from "./rollout-browser.js";
export { solveRateHistogram } from "./solve-rate-histogram.js";
export { withTheme } from "./style/with-theme.js";
export { renderSvg } from "./svg/render-svg.js";
export { taxonomyBars } from "./taxonomy-bars.js";
export { vendiBars } from "./vendi-bars.js";
