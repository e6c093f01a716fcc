import { createHash } from "node:crypto";
import { evaluationPassAtK } from "../../evaluation/evaluation-pass-at-k.js";
import type { EvaluationRecord } from "../../evaluation/read-evaluation.js";
import { questionFiles } from "../../problems/load-questions.js";
import type { Problem } from "../../problems/problem.js";
import { distinctFolderNames } from "../../report/distinct-folder-names.js";
import { evaluationHtml } from "../../report/evaluation-html.js";
import { reportHtml } from "../../report/report-html.js";
import { studyHtml } from "../../report/study-section.js";
import type { QuestionRecord } from "../../soar/events.js";
import type { RunRecord } from "../../soar/run-log.js";
import type { Study } from "../../study/read-study.js";
import { outerStepRows } from "../metric-rows.js";
import { datasetCard } from "./dataset-card.js";
import type { PublishedFile } from "./publish.js";

export interface DatasetFilesParams {
  /** OWNER/NAME on the hub, as the card names it. */
  repo: string;
  runs?: readonly RunRecord[];
  evaluations?: readonly EvaluationRecord[];
  /** The study that the runs and evaluations belong to. */
  study?: Study;
  /** Questions of another origin. */
  problems?: readonly Problem[];
  /** License of the data, as the hub names it. Default "mit". */
  license?: string;
}

/**
 * Files to publish of runs, evaluations or a table: the questions, as problems that `loadQuestions` and an evaluation
 * read; the metrics of each outer step; pass@k of each evaluation and how often each problem was solved; configurations;
 * the report; and a card.
 */
export async function datasetFiles(params: DatasetFilesParams): Promise<PublishedFile[]> {
  const { runs = [], evaluations = [], study, problems = [] } = params;
  const names = distinctFolderNames(
    [...runs, ...evaluations].map(({ folder }) => folder),
    study ? 2 : 1,
  );
  const [runNames, evaluationNames] = [names.slice(0, runs.length), names.slice(runs.length)];
  const questionsOf = (field: "questions" | "promotionQuestions") =>
    runs.flatMap((run, i) => run[field].map(record => toProblem(record, runNames[i]!)));
  const passAtK = evaluations.flatMap((record, i) =>
    record.evaluations.length === 0
      ? []
      : evaluationPassAtK(record).map(row => ({ evaluation: evaluationNames[i]!, ...row })),
  );
  const tables: Record<string, readonly object[]> = {
    [questionFiles["promotion-questions"]]: questionsOf("promotionQuestions"),
    [questionFiles.questions]: [...questionsOf("questions"), ...problems],
    "data/metrics.jsonl": runs.flatMap((run, i) =>
      outerStepRows(run).map(row => ({ run: runNames[i]!, ...row })),
    ),
    "data/pass-at-k.jsonl": passAtK,
    "data/solved.jsonl": evaluations.flatMap((record, i) =>
      record.evaluations.flatMap(({ step, correct, samples }) =>
        correct.map((solved, problem) => ({
          evaluation: evaluationNames[i]!,
          step,
          problem: record.start!.problems[problem]!,
          samples,
          correct: solved,
        })),
      ),
    ),
  };
  const filled = Object.entries(tables).filter(([, rows]) => rows.length > 0);
  const html = study
    ? await studyHtml(study)
    : runs.length > 0
      ? await reportHtml(runs)
      : evaluations.length > 0
        ? await evaluationHtml(evaluations)
        : undefined;
  const configs = [...runs, ...evaluations].map(({ config }, i) =>
    file(`configs/${fileName(names[i]!)}.json`, `${JSON.stringify(config, null, 2)}\n`),
  );
  const card = datasetCard({ ...params, runs, runNames, passAtK, tables: Object.fromEntries(filled) });
  return [
    file("README.md", card),
    ...filled.map(([path, rows]) => file(path, rows.map(row => `${JSON.stringify(row)}\n`).join(""))),
    ...(study ? [file("study.json", `${JSON.stringify(study.config, null, 2)}\n`)] : []),
    ...configs,
    ...(html === undefined ? [] : [file("report.html", html)]),
  ];
}

/** A synthetic question as a problem; the id is derived from its content, so it is the same in every publication. */
function toProblem(record: QuestionRecord, run: string): Problem & { run: string } & QuestionRecord {
  const { question, answer, kind } = record;
  const hash = createHash("sha256").update(`${question}\u0000${answer}`).digest("hex").slice(0, 12);
  const id = `soarlab-${run}-${record.step}-${record.dataset}-${hash}`;
  return { id, source: "soarlab", split: "train", run, ...record, ...(kind && { subject: kind }) };
}

function fileName(name: string): string {
  return name.replace(/[^\w.@=+-]+/g, "_");
}

function file(path: string, text: string): PublishedFile {
  return { path, content: new Blob([text]) };
}
