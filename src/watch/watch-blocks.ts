import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { readEvaluation } from "../evaluation/read-evaluation.js";
import { learningCurves } from "../figures/learning-curves.js";
import { escapeHtml, htmlTable } from "../figures/page/html.js";
import { pageFigure } from "../figures/page/page-figure.js";
import { distinctFolderNames } from "../report/distinct-folder-names.js";
import { evaluationsSection } from "../report/evaluations-section.js";
import { type ExperimentList, listExperiments } from "../report/list-experiments.js";
import { runBlocks } from "../report/runs-section.js";
import { studySection } from "../report/study-section.js";
import { type RunProgress, readRollouts, readRun, readRunProgress } from "../soar/run-log.js";
import { meanReward } from "../soar/run-state.js";
import { readStudy } from "../study/read-study.js";
import { mapSequentially } from "../util/map-sequentially.js";
import type { Experiment } from "./find-experiments.js";

export interface WatchBlocksParams {
  /** "" = the overview, else the folder of an experiment. */
  view: string;
  /** Folders of the runs to compare. */
  selected: readonly string[];
  /** Digests of the blocks that the page has, by name. */
  known: Readonly<Record<string, string>>;
  experiments: readonly Experiment[];
}

/** A piece of the page. */
export interface WatchBlock {
  name: string;
  digest: string;
  /** Absent if the page has it already. */
  html?: string;
}

/** The pieces of a view in order, with the HTML of those that the page does not have yet. */
export async function watchBlocks(
  params: WatchBlocksParams,
): Promise<{ title: string; blocks: WatchBlock[] }> {
  const { view, known, experiments } = params;
  const experiment = experiments.find(({ folder }) => folder === view);
  const htmls = experiment
    ? await safely(() => experimentBlocks(experiment))
    : view === ""
      ? await overview(params)
      : [`<p>${escapeHtml(view)} is not there any more.</p>`];
  const blocks = htmls.map((html, i) => {
    const name = `${view}#${i}`;
    // Ids are new each time; what is the same otherwise need not be drawn again.
    const digest = createHash("sha256")
      .update(html.replace(/soarlab-[0-9a-f]{12}/g, ""))
      .digest("base64url");
    return known[name] === digest ? { name, digest } : { name, digest, html };
  });
  return { title: view || "soarlab", blocks };
}

async function experimentBlocks({ folder, kind }: Experiment): Promise<string[]> {
  if (kind === "run") {
    const run = await readRun(folder);
    return runBlocks(run, await readRollouts(run), folder);
  }
  if (kind === "evaluation") return [evaluationsSection([await readEvaluation(folder)]).html];
  return [(await studySection(await readStudy(folder))).html];
}

/** A log that is cut or damaged is shown as what it is; the page goes on. */
async function safely(blocks: () => Promise<string[]>): Promise<string[]> {
  try {
    return await blocks();
  } catch (error) {
    return [`<p>Cannot be read: ${escapeHtml((error as Error).message)}</p>`];
  }
}

/** Lists by folder and version: a folder whose logs did not grow is not read again. */
const kept = new Map<string, { version: string; lists: ExperimentList[]; run?: RunProgress }>();

async function overview({ experiments, selected }: WatchBlocksParams): Promise<string[]> {
  if (experiments.length === 0) return ["<p>No runs, evaluations or studies here yet.</p>"];
  const read = await mapSequentially(experiments, async ({ folder, kind, version }) => {
    const before = kept.get(folder);
    // An owner of a log may die without a trace in it: what is not done is looked at again.
    const isSame = before?.version === version;
    if (isSame && before.lists.every(isDone)) return before;
    const lists = await listExperiments([folder]);
    const run = isSame ? before.run : await progressOf(folder, kind);
    const entry = { version, lists, run };
    kept.set(folder, entry);
    return entry;
  });
  const runs = read.flatMap(({ run }) => (run && run.steps.length > 0 ? [run] : []));
  const compared = runs.filter(({ folder }) => selected.includes(folder));
  const shown = compared.length > 0 ? compared : runs.slice(-mostCurves);
  const tables = (["run", "evaluation", "study"] as const).map(kind => {
    const own = read.flatMap(({ lists }) => lists).filter(list => list.kind === kind);
    return own.length === 0 ? "" : experimentTable(kind, own, selected);
  });
  return [
    tables[0]!,
    shown.length > 0 ? rewardCurves(shown) : "",
    differences(compared),
    tables[1]!,
    tables[2]!,
  ];
}

/** Curves of a page that was not told which; more hide one another. */
const mostCurves = 8;

async function progressOf(folder: string, kind: Experiment["kind"]): Promise<RunProgress | undefined> {
  return kind === "run" ? readRunProgress(folder).catch(() => undefined) : undefined;
}

function isDone({ rows }: ExperimentList): boolean {
  return rows.every(({ cells }) => cells[0] === "done");
}

function experimentTable(
  kind: Experiment["kind"],
  lists: readonly ExperimentList[],
  selected: readonly string[],
): string {
  const [first] = lists;
  const canCompare = kind === "run";
  const rows = lists
    .flatMap(({ rows }) => rows)
    .map(({ folder, cells }) => {
      const path = escapeHtml(folder);
      const link = { html: `<a href="#${encodeURIComponent(folder)}">${path}</a>` };
      const box = {
        html: `<input type="checkbox" data-compare="${path}" aria-label="compare ${path}"${selected.includes(folder) ? " checked" : ""}>`,
      };
      const missing = Array<string>(Math.max(0, first!.heads.length - 1 - cells.length)).fill("");
      return [...(canCompare ? [box] : []), link, ...cells, ...missing];
    });
  const heads = [...(canCompare ? ["compare"] : []), ...first!.heads];
  const title = { run: "SOAR runs", evaluation: "Evaluations", study: "Studies" }[kind];
  return `<h2>${title}</h2>${htmlTable(heads, rows)}`;
}

function rewardCurves(runs: readonly RunProgress[]): string {
  const names = distinctFolderNames(
    runs.map(({ folder }) => folder),
    1,
  );
  const figure = learningCurves({
    curves: Object.fromEntries(runs.map((run, i) => [names[i], [run.steps.map(meanReward)]])),
    firstStep: 1,
    title: "What the teachers were paid",
    subtitle: "mean reward over the datasets of an outer step",
    x: "outer step",
    y: "mean teacher reward",
  });
  return pageFigure(figure, runs.length === mostCurves ? "Tick runs above to choose them." : "");
}

/** The fields of the configurations in which runs differ. */
function differences(runs: readonly RunProgress[]): string {
  if (runs.length < 2) return "";
  const flat = runs.map(({ config }) => new Map(fieldsOf(config)));
  const fields = [...new Set(flat.flatMap(map => [...map.keys()]))];
  const rows = fields
    .filter(field => !flat.every(map => isDeepStrictEqual(map.get(field), flat[0]!.get(field))))
    .map(field => [field, ...flat.map(map => JSON.stringify(map.get(field)) ?? "absent")]);
  const heads = [
    "field",
    ...distinctFolderNames(
      runs.map(({ folder }) => folder),
      1,
    ),
  ];
  return `<h2>Differences of their configurations</h2>${rows.length > 0 ? htmlTable(heads, rows) : "<p>None.</p>"}`;
}

function fieldsOf(value: object, path = ""): [string, unknown][] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? fieldsOf(inner, `${path}${name}.`)
      : [[`${path}${name}`, inner] as [string, unknown]],
  );
}
