import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { outerStepRows } from "../../src/export/metric-rows.js";
import { track } from "../../src/export/track.js";
import { readRun } from "../../src/soar/run-log.js";
import { packageRoot } from "../../src/util/package-root.js";
import { pythonEnvironment } from "./python-environment.js";

afterEach(() => vi.unstubAllEnvs());

it("sends a run to the real trackio, in two sittings", async context => {
  const environment = await pythonEnvironment();
  if ("reason" in environment) return context.skip(environment.reason);
  const { python } = environment;
  vi.stubEnv("TRACKIO_DIR", mkdtempSync(join(tmpdir(), "trackio-")));
  const run = await readRun(join(packageRoot, "data/runs/gym-seed-0"));
  const rows = outerStepRows(run);
  const notices: string[] = [];
  const params = {
    tracker: "trackio",
    project: "soar-test",
    name: "gym",
    config: { seed: 0 },
    python,
  } as const;
  for (const part of [rows.slice(0, 10), rows.slice(10)]) {
    const tracker = await track({ ...params, onNotice: notice => void notices.push(notice) });
    for (const row of part) tracker.log(row);
    await tracker.close();
  }
  expect(notices).toEqual([]);
  const script = `
import json
from trackio.sqlite_storage import SQLiteStorage
print(json.dumps(SQLiteStorage.get_logs("soar-test", "gym")))
`;
  const logs = JSON.parse(execFileSync(python, ["-c", script], { encoding: "utf8" }));
  expect(logs.map(({ step }: { step: number }) => step)).toEqual(rows.map(({ step }) => step));
  for (const [i, row] of rows.entries()) {
    expect(logs[i]["reward/mean"]).toBe(row["reward/mean"]);
    expect(logs[i]["tokens/sampled"]).toBe(row["tokens/sampled"]);
  }
}, 300_000);

it("says what is missing, and does not stop a run whose client dies", async () => {
  const params = { tracker: "wandb", name: "x" } as const;
  await expect(track({ ...params, python: "no-such-python" })).rejects.toThrow(
    /wandb cannot be used from no-such-python: .*ENOENT/,
  );
  // A Python without any site packages.
  vi.stubEnv("PYTHONPATH", "");
  const bare = mkdtempSync(join(tmpdir(), "bare-"));
  execFileSync("python3", ["-m", "venv", "--without-pip", bare]);
  const python = join(bare, "bin/python");
  await expect(track({ ...params, python })).rejects.toThrow(
    /wandb cannot be used from .*: ModuleNotFoundError.*; install it: .* -m pip install wandb/,
  );
  // A client that falls over at the first step.
  const site = execFileSync(python, ["-c", "import site; print(site.getsitepackages()[0])"], {
    encoding: "utf8",
  }).trim();
  writeFileSync(
    join(site, "wandb.py"),
    "def init(**_): pass\ndef finish(): pass\ndef log(*_, **__): raise RuntimeError('quota')\n",
  );
  const notices: string[] = [];
  const tracker = await track({ ...params, python, onNotice: notice => void notices.push(notice) });
  tracker.log({ step: 0, "reward/mean": 1 });
  await vi.waitFor(() => expect(notices).toHaveLength(1), 20_000);
  expect(notices[0]).toMatch(/wandb ended with 1; the run goes on without\. RuntimeError: quota/);
  tracker.log({ step: 1, "reward/mean": 1 });
  await tracker.close();
}, 60_000);
