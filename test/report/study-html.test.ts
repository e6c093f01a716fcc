import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { registerReport } from "../../src/cli/report.js";
import { evaluationConfigFor } from "../../src/evaluation/evaluation-config-for.js";
import type { EvaluationRecord } from "../../src/evaluation/read-evaluation.js";
import { evaluationHtml } from "../../src/report/evaluation-html.js";
import { studyHtml } from "../../src/report/study-section.js";
import { presets } from "../../src/soar/presets.js";
import { readStudy } from "../../src/study/read-study.js";
import { packageRoot } from "../../src/util/package-root.js";
import { printedBy } from "../cli/fixtures/printed-by.js";
import { chromiumArgs, chromiumPath } from "../figures/fixtures/chromium.js";
import { fakeRun } from "../figures/fixtures/fake-run.js";
import { openPage } from "../figures/fixtures/open-page.js";
import { type FakeEvaluationParams, fakeEvaluation } from "../study/fixtures/fake-evaluation.js";
import { fakeStudy } from "../study/fixtures/fake-study.js";

const out = join(packageRoot, "test-output", "study");

beforeAll(() => mkdirSync(out, { recursive: true }));

const report = (...args: string[]) => printedBy(registerReport, "report", ...args);

/** A page without its scripts, which no assertion is about and no message should show. */
function content(page: string): string {
  return page.replace(/<script>[\s\S]*?<\/script>/g, "");
}

const verdict = {
  isWellPosed: true,
  isCorrect: false,
  errorType: "Arithmetic" as const,
  verifiedAnswer: "8",
};

/** 60 training steps whose reward goes flat after 20, on 24 questions; 12 problems. */
function longEvaluation(params: Partial<FakeEvaluationParams> = {}): Promise<EvaluationRecord> {
  const config = evaluationConfigFor({
    protocol: "pq",
    base: presets.gym,
    changes: {
      training: { steps: 60 },
      test: { every: 10, samples: 8, k: [1, 4, 8], readAt: "plateau", window: 20 },
    },
  });
  return fakeEvaluation({
    folder: join(mkdtempSync(join(tmpdir(), "soarlab-evaluation-")), "pq-run"),
    config,
    correct: Array.from({ length: 12 }, (_, i) => (i < 4 ? 0 : i - 4)),
    questions: Array.from({ length: 24 }, (_, i) => ({
      step: 0,
      question: `<i>${i}+1 mod 7`,
      answer: String(i),
      kind: `k=${3 + (i % 3)}`,
      verdict,
    })),
    ...params,
  });
}

describe("studyHtml", () => {
  test("has the tables, what is not done, and every run; asks nothing of the network", async () => {
    const folder = await fakeStudy({ done: "some", promoting: [0], title: "a <b>study" });
    const page = content(await studyHtml(await readStudy(folder)));
    expect(page).toContain("<title>a &#60;b&#62;study</title>");
    expect(page).toContain("6 evaluation runs, 6 still to be done.");
    expect(page).toMatch(
      /<td>SOAR PQ<\/td><td[^>]*>25\.0 \(0\.0\)<\/td><td[^>]*>33\.3 \(11\.8\)<\/td><td>1 x 2<\/td>/,
    );
    expect(page).toContain('<td>SOAR PQ</td><td class="number">+18.8</td><td class="number">+20.8</td>');
    expect(page).toContain("<td>SOAR run Grounded, seed 1</td><td>3 of 4 outer steps</td>");
    expect(page).toContain("<td>Hard-Only, seed 1, student 0</td><td>3 of 7 training steps</td>");
    expect(page).toContain("<td>SOAR PS, seed 1, student 1</td><td>not begun</td>");
    expect(page).toContain("evaluations/soar-ps/seed-0-student-1");
    expect(page).toContain("<summary>SOAR PS, seed 0, student 1</summary>");
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).not.toContain("<b>");
  });

  test("says which evaluations a run without a promotion leaves out, and nothing where all is done", async () => {
    const page = content(await studyHtml(await readStudy(await fakeStudy({ promoting: [1] }))));
    expect(page).toContain(
      "<td>SOAR PS, seed 0, student 0</td><td>skipped: its SOAR run promoted no student</td>",
    );
    expect(content(await studyHtml(await readStudy(await fakeStudy())))).not.toContain("Not done");
  });
});

describe("evaluationHtml", () => {
  test("reads after the plateau, with an interval, questions and verdicts", async () => {
    const page = content(await evaluationHtml([await longEvaluation()]));
    expect(page).toMatch(
      /Finished: 60 of 60 training steps, 12 problems x 8 samples, 24 synthetic questions\. Took 17\.5 s\. Began 2026-01-01/,
    );
    expect(page).toMatch(/went flat at step \d+; read: the mean of the evaluations at \d0, \d0\./);
    expect(page).toMatch(
      /<td class="number">8<\/td><td class="number">[\d.]+<\/td><td>[\d.]+ to [\d.]+<\/td>/,
    );
    expect(page).toContain("k=3: 8, k=4: 8, k=5: 8");
    expect(page).toContain(
      '<td>k=3</td><td>&#60;i&#62;0+1 mod 7</td><td class="number">0</td><td>wrong: arithmetic</td><td class="number">8</td>',
    );
    expect(page).toContain("curriculum (12 steps on the questions alone)");
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
  });

  test("leaves columns away that no question fills", async () => {
    const questions = [{ step: 0, question: "1+1", answer: "2" }];
    const page = content(await evaluationHtml([await longEvaluation({ questions })]));
    expect(page).toContain('<tr><th>question</th><th class="number">answer</th></tr>');
    expect(page).not.toContain("judge's answer");
  });

  test("says that there is nothing yet, and what is no run", async () => {
    const page = content(
      await evaluationHtml([await longEvaluation({ evaluations: 0, started: false, ended: false })]),
    );
    expect(page).toContain("Not finished: 0 of 60 training steps, 24 synthetic questions.");
    expect(page).toContain("No evaluation is finished yet.");
    await expect(evaluationHtml([])).rejects.toThrow(/no evaluation runs/);
  });
});

describe("soarlab report", () => {
  test("finds out what folders hold, and puts different kinds one after the other", async () => {
    const study = await fakeStudy();
    await report(study);
    expect(content(await readFile(join(study, "report.html"), "utf8"))).toContain("<h1>small study</h1>");
    const evaluation = join(study, "evaluations/soar-pq/seed-0-student-0");
    await report(evaluation);
    const page = content(await readFile(join(evaluation, "report.html"), "utf8"));
    expect(page).toContain("<h1>Evaluation soar-pq/seed-0-student-0</h1>");
    const run = (await fakeRun({ steps: 1 })).folder;
    const other = await fakeStudy({ title: "another study" });
    const file = join(out, "mixture.html");
    await report(evaluation, run, study, other, `${study}/`, "--out", file);
    const mixture = content(await readFile(file, "utf8"));
    const titles = [
      "small study",
      "another study",
      "SOAR run gym-seed-0",
      "Evaluation soar-pq/seed-0-student-0",
    ];
    expect([...mixture.matchAll(/<h1>(.*?)<\/h1>/g)].map(([, title]) => title)).toEqual(titles);
    expect(mixture).toContain(`<title>${titles.join(", ")}</title>`);
    await expect(report(study, join(out, "nowhere"))).rejects.toThrow(/nowhere is no run/);
    await expect(report(join(out, "nowhere"), "--watch")).rejects.toThrow(/nowhere is no run/);
    rmSync(join(study, "study.json"));
    await expect(report(study)).rejects.toThrow(/is no run: it has no config.json/);
  });

  test("--watch follows an evaluation, and ends with it", { timeout: 60_000 }, async () => {
    const { folder } = await longEvaluation({ evaluations: 2, ended: false });
    const file = join(out, "watched.html");
    rmSync(file, { force: true });
    const ended = report(folder, "--out", file, "--watch");
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 20_000, interval: 100 });
    expect(content(await readFile(file, "utf8"))).toContain('http-equiv="refresh"');
    await appendFile(join(folder, "events.jsonl"), `{"type":"end","at":"2026-01-01T00:00:00.000Z"}\n`);
    await ended;
    expect(content(await readFile(file, "utf8"))).not.toContain('http-equiv="refresh"');
  });

  test("--watch follows a study through the logs of its runs", { timeout: 60_000 }, async () => {
    const folder = await fakeStudy({ promoting: [] });
    const log = join(folder, "evaluations/hard-only/seed-1-student-1/events.jsonl");
    const text = await readFile(log, "utf8");
    const end = text.trimEnd().split("\n").at(-1)!;
    await writeFile(log, text.slice(0, -end.length - 1));
    const file = join(out, "watched-study.html");
    rmSync(file, { force: true });
    const ended = report(folder, "--out", file, "--watch");
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 20_000, interval: 100 });
    expect(content(await readFile(file, "utf8"))).toContain("1 still to be done");
    await appendFile(log, `${end}\n`);
    await ended;
    const page = content(await readFile(file, "utf8"));
    expect(page).not.toContain("still to be done");
    expect(page).not.toContain('http-equiv="refresh"');
  });
});

describe.skipIf(!chromiumPath)(
  "the pages in Chromium (skipped where none is installed; SOARLAB_CHROMIUM names one)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
    });
    afterAll(() => browser?.close());

    const study = (params: Parameters<typeof fakeStudy>[0]) => async () => [await fakeStudy(params)];
    const evaluations =
      (...params: Partial<FakeEvaluationParams>[]) =>
      async () =>
        (await Promise.all(params.map(longEvaluation))).map(({ folder }) => folder);

    const mixture = async () => [
      ...(await study({})()),
      ...(await evaluations({})()),
      (await fakeRun({ steps: 3 })).folder,
    ];

    test.each([
      // pass@k, learning curves, diversity over steps, Vendi Scores, taxonomy
      ["study", study({}), "light", 5],
      ["study-dark", study({}), "dark", 5],
      ["study-live", study({ done: "some", promoting: [0] }), "light", 5],
      ["study-without-promotions", study({ promoting: [] }), "light", 3],
      ["study-nothing-yet", study({ done: "nothing" }), "light", 0],
      // pass@1, rewards, solve rates, taxonomy
      ["evaluation", evaluations({}), "light", 4],
      ["evaluation-dark", evaluations({}), "dark", 4],
      ["evaluation-live", evaluations({ evaluations: 1, ended: false, questions: [] }), "light", 2],
      ["evaluation-nothing-yet", evaluations({ evaluations: 0, ended: false, questions: [] }), "light", 0],
      ["evaluations-two", evaluations({}, { correct: [8, 8, 0] }), "light", 9],
      ["mixture", mixture, "dark", 14],
    ] as const)(
      "%s: every figure draws, without an error",
      { timeout: 90_000 },
      async (name, make, scheme, figures) => {
        const file = join(out, `${name}.html`);
        await report(...(await make()), "--out", file);
        expect(statSync(file).size).toBeLessThan(3e6);
        const { page, errors } = await openPage(browser, file, scheme);
        expect(await page.locator(".soarlab-figure").count()).toBe(figures);
        expect(errors).toEqual([]);
        if (figures > 0) {
          const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
          const drawn = page.locator(".main-svg").first();
          expect(await drawn.evaluate(svg => (svg as SVGElement).style.background)).toBe(paper);
        }
        await page.evaluate(() => {
          for (const part of document.querySelectorAll("details")) part.open = true;
        });
        // Nothing but a wide table, within its own frame, is wider than the page.
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1100);
        await page.evaluate(() => {
          for (const part of document.querySelectorAll("details:has(pre)"))
            (part as HTMLDetailsElement).open = false;
        });
        await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
        await page.pdf({ path: join(out, `${name}.pdf`) });
        await page.close();
      },
    );

    test("the plateau is marked where the training reward goes flat", { timeout: 60_000 }, async () => {
      const file = join(out, "plateau.html");
      await report((await longEvaluation()).folder, "--out", file);
      const { page } = await openPage(browser, file, "light");
      const drawn = await page.evaluate(() =>
        [...document.querySelectorAll(".soarlab-figure")].map(element => {
          const { data, layout } = element as unknown as {
            data: { x: number[]; y: number[] }[];
            layout: { title: { text: string }; shapes?: { x0: number }[] };
          };
          return { title: layout.title.text, at: layout.shapes?.[0]?.x0, y: data[0]!.y };
        }),
      );
      const reward = drawn.find(({ title }) => title === "Training reward")!;
      // Rewards stop rising at step 20; a 25-step average lags by at most 12.
      expect(reward.at).toBeGreaterThan(20);
      expect(reward.at).toBeLessThanOrEqual(32);
      expect(reward.y.slice(0, 3)).toEqual([10, 12.5, 15]);
      await page.close();
    });
  },
);
