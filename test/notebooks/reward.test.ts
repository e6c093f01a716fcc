import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { vendiScore } from "../../src/diversity/vendi-score.js";
import { readRun } from "../../src/soar/run-log.js";
import { packageRoot } from "../../src/util/package-root.js";
import { hasJupyter, outputFolder } from "./fixtures.js";
import { startKernels } from "./kernels.js";

const cwd = join(outputFolder, "reward");

test.skipIf(!hasJupyter)(
  "a teacher's reward that a cell defines pays the teacher (skipped without Jupyter)",
  { timeout: 200_000 },
  async () => {
    rmSync(cwd, { recursive: true, force: true });
    mkdirSync(cwd, { recursive: true });
    const kernels = startKernels();
    try {
      await kernels.start("a", cwd);
      const file = readFileSync(join(packageRoot, "examples/rewards/diverse-gain.ts"), "utf8");
      const cell = file.replace("export const", "const");
      expect(await kernels.execute("a", cell)).toMatchObject({ status: "ok" });
      const run = `import * as soar from "soarlab";
        const { gym } = soar.presets;
        const config = { ...gym, outerSteps: 1, datasets: 2, rewardQuestions: 8, student: { ...gym.student, steps: 1 } };
        const run = await soar.runSoar({ folder: "diverse", config: soar.parseConfig(config), reward: diverseGain });
        console.log("done", run.ended);`;
      expect(await kernels.execute("a", run)).toMatchObject({ status: "ok", text: "done true\n" });
    } finally {
      await kernels.close();
    }
    const { steps, questions, config } = await readRun(join(cwd, "diverse"));
    expect(config.teacher.reward).toMatchObject({ name: "diverse-gain", version: "1" });
    const { rewards, gains } = steps[0]!;
    for (const [k, row] of rewards.entries()) {
      const items = questions.filter(({ dataset }) => dataset === k).map(({ question }) => question);
      expect(row).toEqual([gains![k]![0]! + (0.05 * vendiScore({ items })) / items.length]);
    }
  },
);
