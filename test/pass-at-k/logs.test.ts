import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataFrame } from "danfojs-node";
import { describe, expect, it } from "vitest";
import { passAtKFrom } from "../../src/pass-at-k/pass-at-k-from.js";
import { readSampleCounts } from "../../src/pass-at-k/read-sample-counts.js";

const log = (name: string) => fileURLToPath(new URL(`../problems/fixtures/logs/${name}`, import.meta.url));
const read = async (name: string, options: Parameters<typeof readSampleCounts>[1] = {}) => {
  const notices: string[] = [];
  const onNotice = (notice: string) => void notices.push(notice);
  const counts = await readSampleCounts(log(name), { ...options, onNotice });
  return {
    counts: counts.map(({ problem, samples, correct }) => `${problem}: ${correct}/${samples}`),
    notices,
  };
};

describe("logs of other tools", () => {
  it("reads lm-eval's samples by their metric, one filter of several", async () => {
    const strict = await read("samples_gsm8k.jsonl");
    expect(strict.counts).toEqual(["0: 1/1", "1: 0/1"]);
    expect(strict.notices).toContain(
      'read are the rows of "strict-match"; left out are those of "flexible-extract" (2 rows).',
    );
    expect((await read("samples_gsm8k.jsonl", { filter: "flexible-extract" })).counts).toEqual(strict.counts);
    await expect(read("samples_gsm8k.jsonl", { filter: "none" })).rejects.toThrow(
      /no row of "none"; there are: "strict-match" \(2 rows\), "flexible-extract" \(2 rows\)/,
    );
    expect((await read("samples_arc_easy.jsonl")).counts).toEqual(["0: 1/1"]);
    const norm = await read("samples_arc_easy.jsonl", { columns: { correct: "acc_norm" } });
    expect(norm.counts).toEqual(["0: 0/1"]);
  });

  it("grades each of lm-eval's repeats, of which the metric counts one", async () => {
    const { counts } = await read("samples_hendrycks_math_repeats.jsonl");
    expect(counts).toEqual(["0: 2/3", "1: 0/3"]);
  });

  it("grades lm-eval's extracted answers against the last line of GSM8K's solution", async () => {
    const { counts } = await read("samples_gsm8k.jsonl", {
      columns: { answer: "gold", given: "filtered_resps" },
    });
    expect(counts).toEqual(["0: 1/1", "1: 0/1"]);
  });

  it("reads verifiers' results by reward, or grades their messages", async () => {
    const { counts, notices } = await read("verifiers_results.jsonl");
    expect(counts).toEqual(["0: 2/2", "1: 0/1"]);
    expect(notices).toEqual([]);
    const columns = { completion: "completion", answer: "answer" };
    expect((await read("verifiers_results.jsonl", { columns })).counts).toEqual(counts);
  });

  it("reads verifiers' traces of one agent", async () => {
    const { counts, notices } = await read("verifiers_traces.jsonl");
    expect(counts).toEqual(["a: 1/2"]);
    expect(notices.join()).toContain('those of "critic" (2 rows)');
  });

  it("reads TRL's completions, whose prompts are messages, graded or by a partial reward", async () => {
    const file = "trl_completions_00010.parquet";
    const problems = ["What is 0 + 1?", "What is 1 + 1?"];
    expect((await read(file)).counts).toEqual(problems.map(problem => `${problem}: 1/2`));
    const columns = { correct: "accuracy_reward" };
    await expect(read(file, { columns })).rejects.toThrow(
      /row 4: column "accuracy_reward": .*partial reward needs a threshold, e\.g\. threshold: 0\.5.*got 0\.25/,
    );
    const counts = async (threshold: number) => (await read(file, { columns, threshold })).counts;
    expect(await counts(0.5)).toEqual(problems.map(problem => `${problem}: 1/2`));
    expect(await counts(0.25)).toEqual([`${problems[0]}: 1/2`, `${problems[1]}: 2/2`]);
  });

  it("grades answers of OpenAI's API, of a batch by the sender's ids", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "logs-")), "batch.jsonl");
    const { readFileSync } = await import("node:fs");
    const rows = readFileSync(log("openai_batch_output.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map(row => JSON.parse(row));
    writeFileSync(path, rows.map((row, i) => `${JSON.stringify({ ...row, gold: [1, 3][i] })}\n`).join(""));
    expect(await readSampleCounts(path)).toEqual([
      { problem: "p1", samples: 2, correct: 1 },
      { problem: "p2", samples: 2, correct: 1 },
    ]);
  });
});

describe("tables as they come", () => {
  it.each([
    ["upper case", [{ Problem: "a", Correct: 1 }]],
    ["blanks", [{ "Question ID": "a", "Is Correct": true }]],
    ["question_id", [{ question_id: "a", correct: true }]],
    ["counts", [{ question_id: "a", num_samples: 1, num_correct: 1 }]],
    ["frame", new DataFrame([{ Problem: "a", Correct: true }])],
    ["frame of completions", new DataFrame([{ id: "a", gold: "0.5", completion: "\\boxed{1/2}" }])],
    [
      "messages",
      [
        {
          id: "a",
          gold: "2",
          completion: [{ role: "assistant", content: [{ type: "text", text: "\\boxed{2}" }] }],
        },
      ],
    ],
    [
      "several turns",
      [
        {
          id: "a",
          gold: "2",
          completion: [
            { role: "assistant", content: "\\boxed{1}" },
            { role: "user", content: "No." },
            { role: "assistant", content: "\\boxed{2}" },
          ],
        },
      ],
    ],
    ["choices", [{ id: "a", gold: "2", choices: [{ text: "\\boxed{2}" }] }]],
  ])("%s", async (_, source) => {
    expect((await passAtKFrom(source as never)).counts).toEqual([{ problem: "a", samples: 1, correct: 1 }]);
  });

  it("says which columns are not read", async () => {
    const notices: string[] = [];
    const onNotice = (notice: string) => void notices.push(notice);
    const { counts } = await passAtKFrom([{ problem: "a", correct: true, samples: 4 }] as never, {
      onNotice,
    });
    expect(counts).toEqual([{ problem: "a", samples: 1, correct: 1 }]);
    await passAtKFrom([{ problem: "a", reward: 1, completion: "\\boxed{2}", gold: "1" }] as never, {
      onNotice,
    });
    expect(notices).toEqual([
      'samples[0]: "samples" is not read: "correct" is the verdict on one sample.',
      'samples[0]: "completion" is not graded: "reward" has the verdicts.',
    ]);
  });

  it("compares the problems that two series have in common, and counts the others", async () => {
    const count = (problem: string, correct: number) => ({ problem, samples: 4, correct });
    const series = {
      base: [count("a", 1), count("b", 2), count("c", 0)],
      other: [count("b", 4), count("c", 1), count("d", 4), count("e", 4)],
      apart: [count("x", 1)],
    };
    expect((await passAtKFrom(series, { k: 1 })).differences).toEqual([]);
    const { differences } = await passAtKFrom(series, { k: 1, common: true });
    expect(differences).toMatchObject([
      { series: "other", against: "base", problems: 2, onlySeries: 2, onlyAgainst: 1 },
    ]);
    expect(differences[0]!.difference).toBeCloseTo((0.5 + 0.25) / 2);
  });
});
