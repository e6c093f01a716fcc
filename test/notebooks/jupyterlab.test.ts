import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";
import { chromiumArgs, chromiumPath } from "../figures/fixtures/chromium.js";
import { fakeRun } from "../figures/fixtures/fake-run.js";
import { execute, hasJupyter, outputFolder, writeNotebook } from "./fixtures.js";

describe.skipIf(!hasJupyter || !chromiumPath)(
  "npm run notebooks (skipped without Jupyter or Chromium; SOARLAB_CHROMIUM names one)",
  () => {
    let lab: ChildProcess;
    let browser: Browser;
    let url: URL;

    beforeAll(async () => {
      rmSync(join(outputFolder, "lab-run"), { recursive: true, force: true });
      await fakeRun({ steps: 8, promotions: [4], folder: join(outputFolder, "lab-run", "gym-seed-0") });
      const cells = [
        `import * as soar from "soarlab";
         const run = await soar.readRun("lab-run/gym-seed-0");
         await soar.show(soar.questionKinds(run));`,
        `await soar.show(soar.rewardCycles(run));`,
        `await soar.show(soar.questionBrowser(run));`,
      ];
      const path = writeNotebook("lab.ipynb", cells);
      execute(path, join(outputFolder, "lab-done.ipynb"), "--interactive");

      const args = [outputFolder, "--no-browser", "--allow-root", "--port", "0"];
      const script = join(packageRoot, "scripts", "notebooks.mjs");
      // Settings and trust of whoever runs the test are neither read nor written.
      const env = {
        ...process.env,
        JUPYTER_CONFIG_DIR: join(outputFolder, ".config"),
        JUPYTER_DATA_DIR: join(outputFolder, ".data"),
      };
      lab = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
      url = await new Promise<URL>((resolve, reject) => {
        let said = "";
        const read = (chunk: Buffer) => {
          said += chunk;
          const found = /http:\/\/127\.0\.0\.1:\d+\/lab\?token=\w+/.exec(said);
          if (found) resolve(new URL(found[0]));
        };
        lab.stdout!.on("data", read);
        lab.stderr!.on("data", read);
        lab.on("exit", code => reject(new Error(`JupyterLab ended with ${code}: ${said}`)));
      });
      browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      if (!lab || lab.exitCode !== null) return;
      const ended = new Promise(resolve => lab.on("exit", resolve));
      lab.kill("SIGTERM");
      await ended;
    });

    async function open(name: string) {
      const page = await browser.newPage({ viewport: { width: 1300, height: 1500 } });
      const errors: string[] = [];
      page.on("pageerror", error => errors.push(error.message));
      await page.goto(`${url.origin}/lab/tree/${name}${url.search}&reset`);
      await page.waitForSelector(".jp-Notebook .jp-Cell", { timeout: 60_000 });
      return { page, errors };
    }

    const wide = expect.toSatisfy((width: number) => width > 300);
    const pictureWidths = (page: Page) =>
      page
        .locator(".soarlab-figure img")
        .evaluateAll(images => images.map(image => (image as HTMLImageElement).naturalWidth));

    test("an executed notebook that is not trusted shows its pictures", { timeout: 120_000 }, async () => {
      const { page, errors } = await open("lab-done.ipynb");
      // JupyterLab renders cells one after the other.
      await expect.poll(() => pictureWidths(page), { timeout: 60_000 }).toEqual([wide, wide]);
      expect(await page.locator(".main-svg").count()).toBe(0);
      expect(errors).toEqual([]);
      await page.screenshot({ path: join(outputFolder, "lab-done.png") });
      await page.close();
    });

    test("a stop button under a cell stops it", { timeout: 180_000 }, async () => {
      const code = `import * as soar from "soarlab";
        const cell = soar.progressCell({ interval: 50 });
        for (let i = 0; i < 3000; i++) {
          cell({ text: "at " + i, share: i / 3000 });
          await new Promise(resolve => setTimeout(resolve, 100));
        }
        console.log("came to its end");`;
      writeNotebook("stop.ipynb", [code]);
      const { page } = await open("stop.ipynb");
      await page.waitForSelector("text=| Idle", { timeout: 60_000 });
      await page.locator(".jp-Notebook .jp-Cell").first().click();
      await page.keyboard.press("Shift+Enter");
      await page.locator(".jp-OutputArea button", { hasText: "stop" }).click({ timeout: 60_000 });
      await page.waitForSelector("text=/stopped: at \\d+/", { timeout: 30_000 });
      await page.waitForSelector("text=| Idle", { timeout: 30_000 });
      expect(await page.locator("text=came to its end >> visible=true").count()).toBe(1); // in the code alone
      expect(await page.locator(".jp-OutputArea button", { hasText: "stop" }).count()).toBe(0);
      await page.close();
    });

    test("run there, figures and tables become interactive", { timeout: 180_000 }, async () => {
      const { page, errors } = await open("lab.ipynb");
      await page.waitForSelector("text=| Idle", { timeout: 60_000 });
      await page.locator(".jp-Notebook .jp-Cell").first().click();
      await page.locator("text=Run >> nth=0").click();
      await page.locator("text=Run All Cells >> nth=0").click();
      await page.waitForFunction(
        () => document.querySelectorAll(".soarlab-figure .main-svg").length >= 2,
        undefined,
        {
          timeout: 90_000,
        },
      );
      await page.waitForSelector(".soarlab-questions select");
      await expect.poll(() => page.locator(".soarlab-figure img").count()).toBe(0);
      expect(errors).toEqual([]);
      await page.screenshot({ path: join(outputFolder, "lab.png") });

      // The cell that brought Plotly is run again, saved, and opened anew.
      const first = page.locator(".jp-Notebook .jp-CodeCell").first();
      await first.locator(".jp-InputPrompt").first().click();
      await page.keyboard.press("Control+Enter");
      await expect
        .poll(() => first.locator(".jp-InputPrompt").first().textContent(), { timeout: 60_000 })
        .toMatch(/\[4\]/);
      await page.waitForSelector("text=| Idle", { timeout: 60_000 });
      await page.keyboard.press("Control+s");
      await page.waitForTimeout(2000);
      await page.close();
      const again = await open("lab.ipynb");
      await expect
        .poll(() => again.page.locator(".soarlab-figure .main-svg").count(), { timeout: 60_000 })
        .toBeGreaterThanOrEqual(2);
      await again.page.close();
    });
  },
);
