import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/export/crc32c.js";
import { eventFile } from "../../src/export/event-file.js";
import { exportRuns } from "../../src/export/export-runs.js";
import { outerStepRows, trainingStepRows } from "../../src/export/metric-rows.js";
import { readRows } from "../../src/problems/read-rows.js";
import { readRun } from "../../src/soar/run-log.js";
import { meanReward } from "../../src/soar/run-state.js";
import { packageRoot } from "../../src/util/package-root.js";
import { pythonEnvironment } from "./python-environment.js";

const run = await readRun(join(packageRoot, "data/runs/gym-seed-0"));
const out = mkdtempSync(join(tmpdir(), "export-"));

describe("exportRuns", () => {
  it("writes the same tables as CSV, JSONL and parquet", async () => {
    const files = await exportRuns({ runs: [run], out, formats: ["csv", "jsonl", "parquet"] });
    expect(files.map(file => file.slice(out.length + 1)).sort()).toEqual(
      ["csv", "jsonl", "parquet"].flatMap(format => [`metrics.${format}`, `questions.${format}`]).sort(),
    );
    for (const format of ["csv", "jsonl", "parquet"]) {
      const rows = (await readRows(join(out, `metrics.${format}`))).map(({ value }) => value);
      expect(rows).toHaveLength(run.steps.length);
      for (const [i, step] of run.steps.entries()) {
        expect(rows[i]).toMatchObject({ run: "gym-seed-0", at: step.at });
        expect(Number(rows[i]!.step)).toBe(i);
        expect(Number(rows[i]!["reward/mean"])).toBe(meanReward(step));
        expect(Number(rows[i]!["tokens/sampled"])).toBe(step.metrics["tokens/sampled"]);
      }
      const questions = (await readRows(join(out, `questions.${format}`))).map(({ value }) => value);
      expect(questions.map(({ question }) => question)).toEqual(
        run.questions.map(({ question }) => question),
      );
      const kept = questions.filter(({ promoted }) => String(promoted) === "true");
      expect(kept.map(({ answer }) => String(answer))).toEqual(
        run.promotionQuestions.map(({ answer }) => answer),
      );
      expect(String(kept[0]!["verdict/isCorrect"])).toBe(
        String(run.promotionQuestions[0]!.verdict!.isCorrect),
      );
    }
  });

  it("says which baseline the students start from after each step", () => {
    const rows = outerStepRows(run);
    const at = run.promotions[0]!.step;
    expect(rows[at - 1]!["baseline/train"]).toBe(run.start!.baseline.train);
    expect(rows[at]).toMatchObject({ promoted: 1, "baseline/train": run.promotions[0]!.accuracy.train });
  });

  it("has a row per training step of an evaluation, with pass@1 where there was one", () => {
    const common = {
      type: "evaluation",
      at: "2026-01-01T00:00:00Z",
      samples: 4,
      checkpoint: null,
      questionBytes: 0,
      seconds: 1,
    } as const;
    const evaluations = [
      { ...common, step: 0, training: [], correct: [1, 0] },
      { ...common, step: 2, training: [{ "loss/a": 1 }, { "loss/a": 2 }], correct: [4, 0] },
    ];
    expect(trainingStepRows({ evaluations })).toEqual([
      { step: 0, at: common.at, "pass@1": 0.125 },
      { step: 1, "loss/a": 1 },
      { step: 2, at: common.at, "loss/a": 2, "pass@1": 0.5 },
    ]);
  });

  it("refuses a format that it does not know", async () => {
    await expect(exportRuns({ runs: [run], out, formats: ["xlsx" as never] })).rejects.toThrow(
      /format "xlsx": expected csv, jsonl, parquet, tensorboard/,
    );
  });
});

describe("TensorBoard event files", () => {
  it("have the checksum of RFC 3720", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(eventFile([])).toHaveLength(16 + 9 + 2 + 13);
  });

  it("are read by TensorBoard's own reader, and replaced by a second export", async context => {
    const environment = await pythonEnvironment();
    if ("reason" in environment) return context.skip(environment.reason);
    const [file] = await exportRuns({ runs: [run], out, formats: ["tensorboard"] });
    const again = await exportRuns({ runs: [run], out, formats: ["tensorboard"] });
    expect(again).toEqual([file]);
    const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
events.Reload()
print(json.dumps({tag: [[e.step, e.wall_time, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}))
`;
    const folder = join(out, "tensorboard/gym-seed-0");
    const read = JSON.parse(execFileSync(environment.python, ["-c", script, folder], { encoding: "utf8" }));
    const rows = outerStepRows(run);
    const names = new Set(
      rows.flatMap(({ step, at, ...cells }) =>
        Object.keys(cells).filter(name => typeof cells[name] === "number"),
      ),
    );
    expect(Object.keys(read).sort()).toEqual([...names].sort());
    for (const name of names) {
      const points = rows.flatMap(row =>
        typeof row[name] === "number" ? [[row.step, Date.parse(row.at!) / 1000, Math.fround(row[name])]] : [],
      );
      expect([name, read[name]]).toEqual([name, points]);
    }
  }, 300_000);
});
