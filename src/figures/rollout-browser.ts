import type { RolloutRecord } from "../soar/student-log.js";
import { escapeHtml, type HtmlBlock, htmlTable } from "./page/html.js";
import { pluralize } from "./style/labels.js";

export interface RolloutBrowserOptions {
  /** Most rollouts in the page; if there are more, an even sample. Default 400. */
  limit?: number;
}

/**
 * Students' rollouts in training, by outer step, each with reward, advantage and verdict; each opens to the
 * question, the reference answer, and the completion. Pass it to `show`; it needs no scripts.
 */
export function rolloutBrowser(
  rollouts: readonly RolloutRecord[],
  { limit = 400 }: RolloutBrowserOptions = {},
): HtmlBlock {
  const stride = Math.max(1, Math.ceil(rollouts.length / limit));
  const chosen = rollouts.filter((_, i) => i % stride === 0);
  const steps = [...new Set(chosen.map(({ step }) => step))];
  const sections = steps.map((step, i) => {
    const own = chosen.filter(rollout => rollout.step === step);
    const right = own.filter(({ correct }) => correct).length;
    const title = `step ${step + 1}: ${right} of ${pluralize(own.length, "rollout")} right`;
    return `<details${i === 0 ? " open" : ""}><summary>${title}</summary>${table(own)}</details>`;
  });
  const note = stride > 1 ? `, one in ${stride} is here` : "";
  const summary = `${pluralize(rollouts.length, "rollout")} of students in training${note}`;
  return {
    html: `<div class="soarlab-rollouts"><p class="quiet">${summary}</p>${sections.join("\n")}</div>`,
    text: [summary, ...chosen.slice(0, 12).map(line)].join("\n"),
  };
}

function table(rollouts: readonly RolloutRecord[]): string {
  const heads = [
    "dataset",
    "student",
    "training step",
    "verdict",
    "reward",
    "advantage",
    "question and completion",
  ];
  return htmlTable(
    heads,
    rollouts.map(
      ({ dataset, student, studentStep, correct, reward, advantage, question, answer, completion }) => [
        dataset + 1,
        student + 1,
        studentStep + 1,
        correct ? "right" : "wrong",
        String(Number(reward.toFixed(3))),
        String(Number(advantage.toFixed(3))),
        {
          html: `<details><summary>${escapeHtml(question)}</summary><p>taken for right: ${escapeHtml(answer)}</p><pre style="white-space:pre-wrap">${escapeHtml(completion)}</pre></details>`,
        },
      ],
    ),
  );
}

function line({ step, correct, reward, question, completion }: RolloutRecord): string {
  return `step ${step + 1} | ${correct ? "right" : "wrong"} | ${reward} | ${question} | ${completion.replace(/\s+/g, " ")}`;
}
