import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { registerRuns } from "../../src/cli/runs.js";
import { fakeRun } from "../figures/fixtures/fake-run.js";
import { fakeStudy } from "../study/fixtures/fake-study.js";
import { printedBy } from "./fixtures/printed-by.js";

const runs = (folder: string) => printedBy(registerRuns, "runs", folder);

describe("soarlab runs", () => {
  it("lists SOAR runs, evaluations and studies, and passes over other folders", async () => {
    const folder = await mkdtemp(join(tmpdir(), "soarlab-runs-"));
    await fakeRun({ steps: 3, promotions: [1], folder: join(folder, "a-run") });
    await fakeStudy({ done: "some", folder: join(folder, "live") });
    await fakeStudy({ promoting: [0], folder: join(folder, "study") });
    await cp(join(folder, "study/evaluations/soar-pq/seed-0-student-1"), join(folder, "one"), {
      recursive: true,
    });
    await mkdir(join(folder, "model"));
    await writeFile(join(folder, "model/config.json"), "{}");
    await mkdir(join(folder, "torn"));
    await writeFile(join(folder, "torn/evaluation.json"), "{");
    await writeFile(join(folder, "notes.txt"), "");

    const text = (await runs(folder)).replaceAll(`${folder}/`, "");
    const tables = text.split("\n\n").map(table => table.split("\n").map(line => line.split(/ {2,}/)));
    expect(tables[0]).toEqual([
      ["run", "state", "steps", "promotions", "kept", "baseline (train)"],
      ["a-run", "done", "3/3", "1", "6", "0.170"],
    ]);
    expect(tables[1]!.slice(0, 2)).toEqual([
      ["evaluation", "state", "steps", "pass@1", "problems", "questions"],
      ["one", "done", "7/7", "25.0%", "4", "4"],
    ]);
    expect(tables[1]![2]![0]).toBe("torn");
    expect(tables[1]![2]![1]).toMatch(/^unreadable: .*not JSON/);
    expect(tables[2]).toEqual([
      ["study", "state", "SOAR runs", "evaluations", "best pass@1"],
      ["live", "interrupted", "1/2", "6/12", "62.5% (SOAR PS)"],
      ["study", "done", "2/2", "8/8 (4 skipped)", "62.5% (SOAR PS)"],
    ]);
    expect(tables).toHaveLength(3);

    // A lock of a living process: this one.
    await writeFile(join(folder, "live/evaluations/hard-only/seed-1-student-0/lock"), `${process.pid}\n`);
    expect(await runs(folder)).toMatch(/live +running/);
    await rm(folder, { recursive: true });
  });

  it("says so where there is none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "soarlab-runs-"));
    await expect(runs(folder)).rejects.toThrow("contains no runs");
    await expect(runs(join(folder, "nowhere"))).rejects.toThrow("no such folder");
  });
});
