import { spawn } from "node:child_process";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";
import { type Watch, watchFolders } from "../../src/watch/watch-folders.js";
import { chromiumArgs, chromiumPath } from "../figures/fixtures/chromium.js";
import { fakeRun } from "../figures/fixtures/fake-run.js";

const runs = mkdtempSync(join(tmpdir(), "soarlab-watch-"));
let watch: Watch | undefined;

afterEach(async () => {
  await watch?.close();
  watch = undefined;
});
afterAll(() => rmSync(runs, { recursive: true, force: true }));

const start = async (...folders: string[]) => {
  watch = await watchFolders({ folders, everyMs: 200 });
  return watch.url;
};

describe("watchFolders", () => {
  it("answers only those who have the key, and only to a loopback name", async () => {
    const url = await start(runs);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.replace(/key=./, "key=!"))).status).toBe(401);
    expect((await fetch(url.replace(/\?.*/, ""))).status).toBe(401);
    const status = await new Promise(resolve => {
      request(url, { headers: { host: "evil.example" } }, ({ statusCode }) => resolve(statusCode)).end();
    });
    expect(status).toBe(421);
    expect((await fetch(url, { method: "DELETE" })).status).toBe(404);
    const blocks = url.replace("/?", "/blocks?");
    const wrong = await fetch(blocks, { method: "POST", body: `{"view": 1}` });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining("view")]);
  });

  it("sends a block again only if it has changed, and a folder outside is not read", async () => {
    const run = await fakeRun({ steps: 3, folder: join(runs, "blocks") });
    const url = (await start(runs)).replace("/?", "/blocks?");
    const ask = async (body: object) =>
      (await fetch(url, { method: "POST", body: JSON.stringify(body) })).json();
    const first = await ask({ view: run.folder, selected: [], known: {} });
    expect(first.blocks.length).toBeGreaterThan(8);
    const known = Object.fromEntries(
      first.blocks.map(({ name, digest }: { name: string; digest: string }) => [name, digest]),
    );
    const second = await ask({ view: run.folder, selected: [], known });
    expect(second.blocks.filter((block: { html?: string }) => block.html !== undefined)).toEqual([]);
    const outside = await ask({ view: packageRoot, selected: [], known: {} });
    expect(outside.blocks).toHaveLength(1);
    expect(outside.blocks[0].html).toContain("is not there any more");
  });

  it("shows a damaged log for what it is, beside the others", async () => {
    const good = await fakeRun({ steps: 2, folder: join(runs, "good") });
    const bad = join(runs, "bad");
    cpSync(good.folder, bad, { recursive: true });
    writeFileSync(join(bad, "events.jsonl"), "{\n{}\n");
    const url = (await start(good.folder, bad)).replace("/?", "/blocks?");
    const ask = async (view: string) =>
      JSON.stringify(
        await (
          await fetch(url, { method: "POST", body: JSON.stringify({ view, selected: [], known: {} }) })
        ).json(),
      );
    expect(await ask("")).toMatch(/done.*unreadable: .*events\.jsonl/);
    expect(await ask(bad)).toMatch(/Cannot be read: .*events\.jsonl/);
  });
});

describe.skipIf(!chromiumPath)("its page, in a real browser (skipped without Chromium)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
  });
  afterAll(() => browser.close());

  const open = async (url: string, width = 1100, colorScheme: "light" | "dark" = "light") => {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    page.setDefaultTimeout(100_000); // on a busy machine
    const errors: string[] = [];
    page.on("pageerror", error => errors.push(error.message));
    await page.goto(url);
    await page.waitForSelector("#blocks table");
    return { page, errors };
  };
  const isDrawn = (page: Page) => page.waitForSelector("#blocks .main-svg");

  it("compares runs, and follows the keyboard", { timeout: 120_000 }, async () => {
    const a = await fakeRun({ steps: 6, promotions: [3], folder: join(runs, "compare", "a") });
    const b = await fakeRun({ steps: 6, seed: 1, folder: join(runs, "compare", "b") });
    const { page, errors } = await open(await start(join(runs, "compare")), 420, "dark");
    await isDrawn(page);
    for (const { folder } of [a, b]) {
      const box = page.locator(`input[data-compare="${folder}"]`);
      // Again where the page is drawn anew between focus and key.
      await expect
        .poll(
          async () => {
            if (await box.isChecked()) return true;
            await box.focus();
            await page.keyboard.press("Space");
            return box.isChecked();
          },
          { timeout: 60_000 },
        )
        .toBe(true);
    }
    await page.waitForFunction(() => /Differences.*seed/s.test(document.body.textContent));
    expect(await page.evaluate(() => document.body.scrollWidth <= innerWidth)).toBe(true);
    await page.focus(`a[href="#${encodeURIComponent(a.folder)}"]`);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /6 of 6 outer steps/.test(document.body.textContent));
    await page.goBack();
    await page.waitForFunction(() => /Differences/.test(document.body.textContent));
    expect(errors).toEqual([]);
    await page.close();
  });

  it("follows a real run from its first step to its end without a reload", { timeout: 240_000 }, async () => {
    const folder = join(runs, "live");
    mkdirSync(folder);
    const small = [
      "outerSteps=2",
      "datasets=1",
      "student.steps=1",
      "rewardQuestions=4",
      "questionsPerDataset=8",
    ];
    const run = join(folder, "run");
    const { page, errors } = await openEmpty(await start(folder));
    const child = spawn(
      process.execPath,
      [
        join(packageRoot, "dist/cli/main.js"),
        "run",
        "gym",
        "--out",
        run,
        ...small.flatMap(s => ["--set", s]),
      ],
      { stdio: "ignore" },
    );
    const ended = new Promise(resolve => child.once("close", resolve));
    await page.waitForFunction(() => /running/.test(document.body.textContent), undefined, {
      timeout: 120_000,
    });
    await page.evaluate(() => Object.assign(window, { isSamePage: true }));
    await page.waitForSelector(`a[href="#${encodeURIComponent(run)}"]`);
    await page.click(`a[href="#${encodeURIComponent(run)}"]`);
    await page.waitForFunction(
      () => /Finished: 2 of 2 outer steps/.test(document.body.textContent),
      undefined,
      {
        timeout: 120_000,
      },
    );
    expect(await ended).toBe(0);
    await isDrawn(page);
    expect(await page.evaluate(() => "isSamePage" in window)).toBe(true);
    expect(errors).toEqual([]);
    await page.close();
  });

  const openEmpty = async (url: string) => {
    const page = await browser.newPage();
    page.setDefaultTimeout(100_000); // on a busy machine
    const errors: string[] = [];
    page.on("pageerror", error => errors.push(error.message));
    await page.goto(url);
    await page.waitForFunction(() => /No runs, evaluations or studies/.test(document.body.textContent));
    return { page, errors };
  };

  it("does not take a filter away from its reader, and offers what is new", {
    timeout: 120_000,
  }, async () => {
    const folder = join(runs, "filter", "run");
    const run = await fakeRun({ steps: 2, ended: false, folder });
    const { page, errors } = await open(await start(join(runs, "filter")));
    await page.click(`a[href="#${encodeURIComponent(run.folder)}"]`);
    await page.fill("input[type=search]", "0+1");
    await page.focus("input[type=search]");
    const grown = await fakeRun({ steps: 3, ended: false, folder: join(runs, "filter", "grown") });
    for (const file of ["questions.jsonl", "events.jsonl"])
      cpSync(join(grown.folder, file), join(folder, file));
    expect(existsSync(folder)).toBe(true);
    await page.waitForSelector("button[data-update]");
    expect(await page.inputValue("input[type=search]")).toBe("0+1");
    await page.click("button[data-update]");
    await page.waitForFunction(() => /of 72 questions/.test(document.body.textContent));
    appendFileSync(join(folder, "events.jsonl"), `{"type":"end","at":"2026-01-01T00:00:00.000Z"}\n`);
    await page.waitForFunction(() => /Finished/.test(document.body.textContent));
    expect(errors).toEqual([]);
    await page.close();
  });
});
