import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { registerReport } from "../../src/cli/report.js";
import { reportHtml } from "../../src/report/report-html.js";
import { packageRoot } from "../../src/util/package-root.js";
import { printedBy } from "../cli/fixtures/printed-by.js";
import { chromiumArgs, chromiumPath } from "../figures/fixtures/chromium.js";
import { fakeRun } from "../figures/fixtures/fake-run.js";
import { openPage } from "../figures/fixtures/open-page.js";

const out = join(packageRoot, "test-output", "report");
const usual = { steps: 25, promotions: [6, 12, 20] };

beforeAll(() => mkdirSync(out, { recursive: true }));

const report = (...args: string[]) => printedBy(registerReport, "report", ...args);

describe("soarlab report", () => {
  test("writes one page, by default into the run's folder, that asks nothing of the network", async () => {
    const run = await fakeRun(usual);
    await report(run.folder);
    const page = readFileSync(join(run.folder, "report.html"), "utf8");
    expect(page).toContain("Finished: 25 of 25 outer steps, 3 promotions, 18 questions kept.");
    expect(page).toContain("from 0% to 46%");
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    expect(page).not.toContain('http-equiv="refresh"');
  });

  test("text of a question cannot become markup", async () => {
    const run = await fakeRun({ steps: 2 });
    run.questions[0]!.question = `</script><img src=x onerror=alert(1)>`;
    const page = await reportHtml([run]);
    expect(page).not.toContain("<img src=x");
  });

  test("a run of 200 steps: at most 3 s of work and 6 MB", { timeout: 60_000 }, async () => {
    const run = await fakeRun({ steps: 200, promotions: [10, 60, 130], questionsPerDataset: 64 });
    const file = join(out, "long.html");
    await report(run.folder, "--out", file); // what is loaded once, a process of its own would load as well
    const before = process.cpuUsage(); // on a busy machine the clock says more
    await report(run.folder, "--out", file);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(3);
    expect(statSync(file).size).toBeLessThan(6e6);
    expect(readFileSync(file, "utf8")).toContain("Of 51200 questions, one in 3 is here");
  });

  test("runs of the same name in different folders keep apart, in links and curves", async () => {
    const runs = await Promise.all([1, 2, 3].map(steps => fakeRun({ steps })));
    const page = await reportHtml(runs);
    for (const [i, { folder }] of runs.entries()) {
      expect(page).toContain(`<h2 id="run-${i}">${folder}</h2>`);
      expect(page).toContain(`"name":"${folder.replace("-seed-0", "")}"`);
    }
  });

  test("says what a folder lacks", async () => {
    const folder = mkdtempSync(join(tmpdir(), "soarlab-empty-"));
    await expect(report(folder)).rejects.toThrow(/is no run: it has no config.json/);
    await expect(reportHtml([])).rejects.toThrow(/no runs/);
    rmSync(folder, { recursive: true });
  });

  test("--watch follows a live run, and ends with it", { timeout: 60_000 }, async () => {
    const run = await fakeRun({ steps: 3, ended: false });
    const file = join(out, "watched.html");
    rmSync(file, { force: true });
    const ended = report(run.folder, "--out", file, "--watch");
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 20_000, interval: 100 });
    expect(readFileSync(file, "utf8")).toContain('http-equiv="refresh"');
    appendFileSync(join(run.folder, "events.jsonl"), `{"type":"end","at":"2026-01-01T00:00:00.000Z"}\n`);
    await ended;
    expect(readFileSync(file, "utf8")).not.toContain('http-equiv="refresh"');
  });
});

describe.skipIf(!chromiumPath)(
  "the page in Chromium (skipped where none is installed; SOARLAB_CHROMIUM names one)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
    });
    afterAll(() => browser?.close());

    test.each([
      ["usual", [usual], "light", 5],
      ["usual-dark", [usual], "dark", 5],
      ["live", [{ steps: 2, ended: false }], "light", 5],
      ["nothing-yet", [{ steps: 0, ended: false }], "light", 2],
      ["bare", [{ steps: 4, promotions: [1], bare: true }], "light", 4],
      ["two", [usual, { steps: 10, promotions: [4], seed: 1 }], "light", 12],
    ] as const)(
      "%s: every figure draws, without an error",
      { timeout: 90_000 },
      async (name, params, scheme, figures) => {
        const runs = await Promise.all(
          params.map(run =>
            fakeRun({ ...run, promotions: [...("promotions" in run ? run.promotions : [])] }),
          ),
        );
        const file = join(out, `${name}.html`);
        await report(...runs.map(run => run.folder), "--out", file);
        const { page, errors } = await openPage(browser, file, scheme);
        expect(await page.locator(".soarlab-figure").count()).toBe(figures);
        expect(errors).toEqual([]);
        const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const background = await page
          .locator(".main-svg")
          .first()
          .evaluate(svg => (svg as SVGElement).style.background);
        expect(background).toBe(paper);
        // Figures of a part that opens later fill its width as well.
        await page.evaluate(() => {
          for (const part of document.querySelectorAll("details")) part.open = true;
        });
        await page.waitForFunction(() =>
          [...document.querySelectorAll(".soarlab-figure")].every(
            figure =>
              figure.querySelector(".main-svg")!.clientWidth === figure.clientWidth &&
              figure.clientWidth > 900,
          ),
        );
        await page.screenshot({ path: join(out, `${name}.png`), fullPage: true });
        await page.close();
      },
    );

    test("in a narrow window no line below a title is cut off", { timeout: 60_000 }, async () => {
      const file = join(out, "narrow.html");
      await report((await fakeRun(usual)).folder, "--out", file);
      const { page, errors } = await openPage(browser, file, "light", 420);
      const lines = await page
        .locator(".gtitle-subtitle")
        .evaluateAll(lines => lines.map(line => [line.textContent, line.getBoundingClientRect().right]));
      expect(lines.length).toBeGreaterThan(2);
      expect(lines[0]![0]).toMatch(/^gym-seed-0 .*seed 0/);
      for (const [, right] of lines) expect(right).toBeLessThanOrEqual(420);
      expect(errors).toEqual([]);
      await page.close();
    });

    test("questions can be filtered, sorted and paged through", { timeout: 60_000 }, async () => {
      const run = await fakeRun(usual);
      const file = join(out, "browser.html");
      await report(run.folder, "--out", file);
      const { page } = await openPage(browser, file, "light");
      const questions = page.locator(".soarlab-questions");
      const count = () => questions.locator("span").textContent();
      expect(await count()).toBe("600 of 600 questions, page 1 of 24");
      await questions.getByText("kept by a promotion").click();
      expect(await count()).toBe("18 of 600 questions, page 1 of 1");
      await questions.locator("select").first().selectOption("stage 2");
      expect(await count()).toBe("6 of 600 questions, page 1 of 1");
      expect(await questions.locator("tr").count()).toBe(7);
      await questions.locator("select").first().selectOption("");
      await questions.getByText("kept by a promotion").click();
      await questions.locator("input[type=search]").fill("24+3");
      expect(await count()).toBe("6 of 600 questions, page 1 of 1");
      await questions.locator("input[type=search]").fill("");
      await questions.locator("th", { hasText: "reward" }).click();
      await questions.locator("th", { hasText: "reward" }).click();
      const best = Math.max(...run.questions.map(({ reward }) => reward));
      expect(await questions.locator("tr").nth(1).locator("td").nth(7).textContent()).toBe(best.toFixed(3));
      expect(await questions.locator("b").count()).toBe(0); // markup of questions stays text
      const width = await questions.locator("td").evaluateAll(cells => {
        cells[4]!.textContent = "x".repeat(4000);
        return cells[4]!.clientWidth;
      });
      expect(width).toBeLessThan(900); // a word without end leaves room for the other columns
      await page.close();
    });
  },
);
