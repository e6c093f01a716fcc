import { stringify } from "yaml";
import type { EvaluationRecord } from "../../evaluation/read-evaluation.js";
import type { PassAtKRow } from "../../metrics/pass-at-k.js";
import type { RunRecord } from "../../soar/run-log.js";
import type { Study } from "../../study/read-study.js";
import { cardTable, citation, percent } from "./card-parts.js";

export interface DatasetCardParams {
  repo: string;
  runs: readonly RunRecord[];
  runNames: readonly string[];
  evaluations?: readonly EvaluationRecord[];
  study?: Study;
  passAtK: readonly (PassAtKRow & { evaluation: string })[];
  /** Rows by path. */
  tables: Readonly<Record<string, readonly object[]>>;
  license?: string;
}

/** The card of a published data set: what it is, how it was made, its results, and how to read it. */
export function datasetCard(params: DatasetCardParams): string {
  const { repo, runs, runNames, passAtK, tables, license = "mit" } = params;
  const configs = Object.keys(tables).map(path => ({
    config_name: path.replace(/^data\/|\.jsonl$/g, ""),
    data_files: path,
  }));
  const header = {
    license,
    pretty_name: repo.split("/")[1],
    tags: ["soarlab", "soar", "synthetic", "reinforcement-learning", "curriculum-learning"],
    configs: configs.map((config, i) => ({ ...config, ...(i === 0 && { default: true }) })),
  };
  const parts = [
    `---\n${stringify(header)}---`,
    `# ${repo.split("/")[1]}`,
    runs.length > 0
      ? "Synthetic question-answer pairs that a teacher model posed while it learned, by reinforcement learning, which " +
        "questions make a student better at problems that it cannot solve (SOAR, [arXiv 2601.18778]" +
        "(https://arxiv.org/abs/2601.18778)). The answers are the teacher's own, and some are wrong. Made with soarlab."
      : "Made with soarlab, a toolkit for SOAR ([arXiv 2601.18778](https://arxiv.org/abs/2601.18778)).",
    "## Files",
    cardTable(
      Object.entries(tables).map(([path, rows]) => ({
        file: path,
        rows: rows.length,
        columns: Object.keys(rows[0]!).slice(0, 12).join(", "),
      })),
    ),
  ];
  if (runs.length > 0)
    parts.push("## How they were made", cardTable(runs.map((run, i) => runRow(run, runNames[i]!))));
  if (passAtK.length > 0) {
    parts.push(
      "## Evaluations",
      "pass@k of a student on held-out problems, with 95% intervals (bootstrap over problems).",
      cardTable(
        passAtK.map(({ evaluation, k, value, low, high, problems }) => ({
          evaluation,
          k,
          "pass@k, %": percent(value),
          "95% interval": `${percent(low)} to ${percent(high)}`,
          problems,
        })),
      ),
    );
  }
  if (configs.some(({ config_name }) => config_name.endsWith("questions"))) {
    parts.push(
      "## Use",
      `\`\`\`ts\nimport { loadQuestions } from "soarlab";\nconst { problems, path } = await loadQuestions("${repo}");\n\`\`\``,
      '`path` is the table for an evaluation\'s `questions: { from: "file", path }`.',
    );
  }
  parts.push("## Citation", citation);
  return `${parts.join("\n\n")}\n`;
}

function runRow(run: RunRecord, name: string): Record<string, string | number> {
  const { config, steps, promotions, start } = run;
  const accuracy = promotions.at(-1)?.accuracy ?? start?.baseline;
  return {
    run: name,
    model: start?.baseModel ?? config.model.base,
    domain: String(config.domain),
    seed: config.seed,
    "outer steps": steps.length,
    promotions: promotions.length,
    questions: run.questions.length,
    kept: run.promotionQuestions.length,
    "hard problems solved before, %": start ? percent(start.baseline.train) : "",
    "after, %": accuracy ? percent(accuracy.train) : "",
    soarlab: start?.version ?? "",
  };
}
