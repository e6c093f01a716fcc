import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Figure } from "../../src/figures/figure.js";
import { liveCell } from "../../src/figures/notebook/live-cell.js";
import { show } from "../../src/figures/notebook/show.js";
import { showTable } from "../../src/figures/notebook/show-table.js";
import { questionBrowser } from "../../src/figures/question-browser.js";
import { rewardCycles } from "../../src/figures/reward-cycles.js";
import type { Progress } from "../../src/soar/progress.js";
import { chromiumArgs, chromiumPath } from "./fixtures/chromium.js";
import { fakeRun } from "./fixtures/fake-run.js";

// Outside a notebook; test/notebooks has what a kernel does.

afterEach(() => vi.restoreAllMocks());

describe("show", () => {
  test("writes a page and prints its path", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const run = await fakeRun({ steps: 5, promotions: [3] });
    await show(rewardCycles(run));
    const path = String(log.mock.calls[0]![0]);
    expect(readFileSync(path, "utf8")).toContain("<title>Teacher reward cycles</title>");
    const file = join(mkdtempSync(join(tmpdir(), "soarlab-show-")), "sub", "questions.html");
    await show(questionBrowser(run), { file });
    expect(log.mock.calls[1]![0]).toBe(file);
    expect(readFileSync(file, "utf8")).toContain("120 questions, 6 kept by promotions");
  });

  test("says what it can show", async () => {
    await expect(show({} as Figure)).rejects.toThrow(/expected \{ data: \[traces\]/);
    await expect(show(undefined as unknown as Figure)).rejects.toThrow(/expected \{ data: \[traces\]/);
    await expect(show(Promise.resolve() as unknown as Figure)).rejects.toThrow(/await it first/);
  });

  test.skipIf(!chromiumPath)(
    "its page draws, offline (skipped without Chromium)",
    { timeout: 60_000 },
    async () => {
      const log = vi.spyOn(console, "log").mockImplementation(() => {});
      await show(rewardCycles(await fakeRun({ steps: 5 })));
      const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
      try {
        const page = await browser.newPage({ offline: true });
        await page.goto(pathToFileURL(String(log.mock.calls[0]![0])).href);
        await page.waitForSelector(".soarlab-figure .main-svg");
      } finally {
        await browser.close();
      }
    },
  );
});

describe("showTable", () => {
  test("prints rows, numbers short, missing ones empty, and says how many more there are", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    showTable([{ kind: "k=3", share: 1 / 3 }, { kind: "k=4", right: Number.NaN }, { kind: "k=5" }], {
      rows: 2,
    });
    expect(String(log.mock.calls[0]![0]).split("\n")).toEqual([
      "kind  share   right",
      "----  ------  -----",
      "k=3   0.3333",
      "k=4",
      "... 1 more rows",
    ]);
  });

  test("says what it can show", () => {
    expect(() => showTable("rows" as never)).toThrow(/expected rows .* or a danfo DataFrame, got string/);
  });
});

test("liveCell writes a line an outer step", async () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation(line => lines.push(String(line)) > 0);
  const now: Progress = {
    step: 0,
    outerSteps: 3,
    phase: "students",
    studentSteps: { done: 1, total: 4 },
    reward: undefined,
    movingAverage: undefined,
    threshold: 0.01,
    promotions: 0,
    tokens: 900,
    seconds: 3,
    secondsLeft: undefined,
  };
  const live = liveCell({ interval: 1 });
  for (const step of [0, 0, 1]) {
    live({ ...now, step });
    await new Promise(resolve => setTimeout(resolve, 30));
  }
  live({ ...now, step: 3, phase: "done", reward: 0.02, movingAverage: 0.015, promotions: 1 });
  await live.finish();
  expect(lines).toEqual([
    "outer step 1 of 3: students, 1/4 student steps, 0 promotions, 300 tokens/s\n",
    "outer step 2 of 3: students, 1/4 student steps, 0 promotions, 300 tokens/s\n",
    "done, 3 outer steps, last reward +0.020, moving average +0.015 (tau 0.01), 1 promotion, 300 tokens/s\n",
  ]);
});
