import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Metrics } from "../../src/rl/rloo-step.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { presets } from "../../src/soar/presets.js";
import { builtInRewards } from "../../src/soar/rewards/built-in-rewards.js";
import { RunLog } from "../../src/soar/run-log.js";
import { StepMetrics } from "../../src/soar/step-metrics.js";

it("gives the same figures whichever student is first, one of whose steps trained nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "soarlab-meter-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const config = parseConfig(presets.gym);
  const log = await RunLog.create(folder, config);
  const traffic = { requests: 0, bytesOut: 0, bytesIn: 0, tokensSampled: 0, tokensTrained: 0 };
  const steps: Metrics[] = [
    { "reward/mean": 10, "tokens/trained": 0, "groups/skipped": 8 },
    { "reward/mean": 0.1, "tokens/trained": 7, "groups/skipped": 1, "optim/grad_norm": 2, "kl/start": 0.5 },
    { "reward/mean": 0.2, "tokens/trained": 3, "groups/skipped": 0, "optim/grad_norm": 1, "kl/start": 0.1 },
  ];
  const figures = (order: number[]) => {
    const meter = new StepMetrics(config, builtInRewards.grounded, log, traffic, () => {});
    for (const i of order) meter.studentStep(steps[i]!, { dataset: i, student: 0, step: 0 });
    return Object.entries(meter.finishStep()).filter(([name]) => name.startsWith("student/"));
  };
  const first = figures([0, 1, 2]);
  expect(Object.fromEntries(first)).toEqual({
    "student/reward/mean": (0.1 + 0.2 + 10) / 3,
    "student/tokens/trained": 10,
    "student/groups/skipped": 9,
    "student/optim/grad_norm": 1.5,
    "student/kl/start": 0.3,
  });
  expect(figures([2, 1, 0])).toEqual(first);
  expect(figures([1, 0, 2])).toEqual(first);
  await log.close();
});
