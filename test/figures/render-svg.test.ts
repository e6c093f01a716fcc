import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { baselineAccuracy } from "../../src/figures/baseline-accuracy.js";
import { curriculumMap } from "../../src/figures/curriculum-map.js";
import type { Figure } from "../../src/figures/figure.js";
import { learningCurves } from "../../src/figures/learning-curves.js";
import { passAtKBars } from "../../src/figures/pass-at-k-bars.js";
import { questionKinds } from "../../src/figures/question-kinds.js";
import { rewardCycles } from "../../src/figures/reward-cycles.js";
import { textWidth } from "../../src/figures/style/text-width.js";
import { renderSvg } from "../../src/figures/svg/render-svg.js";
import { taxonomyBars } from "../../src/figures/taxonomy-bars.js";
import { vendiBars } from "../../src/figures/vendi-bars.js";
import { packageRoot } from "../../src/util/package-root.js";
import { chromiumArgs, chromiumPath } from "./fixtures/chromium.js";
import { fakeRun } from "./fixtures/fake-run.js";
import { svgTexts } from "./fixtures/svg-texts.js";

const out = join(packageRoot, "test-output", "figures");
const figures: Record<string, Figure> = {};
/** Twelve names such as studies have, some of them long. */
const methods = [
  "Hard-Only",
  "Hard-Only, group 128",
  "SOAR PQ (curriculum)",
  "SOAR PS, best promotion",
  "Grounded-T, 128 questions",
  "Intrinsic-T, 128 questions",
  "Grounded-T without promotion",
  "Base-T, 128 questions",
  "SeRL (self-play)",
  "MATH train, all of it",
  "Teacher, direct inference",
  "SOAR PQ, promotion.threshold = 0.1",
];

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  const run = await fakeRun({ steps: 25, promotions: [6, 12, 20] });
  figures.cycles = rewardCycles(run);
  figures["long-cycles"] = rewardCycles(await fakeRun({ steps: 200, promotions: [10, 60, 62, 198] }));
  figures.accuracy = baselineAccuracy(run);
  figures.kinds = questionKinds(run);
  figures.map = curriculumMap({ runs: { grounded: run, again: run } });
  const named = <Value>(count: number, value: (i: number) => Value) =>
    Object.fromEntries(methods.slice(0, count).map((name, i) => [name, value(i)]));
  for (const count of [7, 12]) {
    figures[`curves-${count}`] = learningCurves({
      curves: named(count, i => [
        [i, i + 2, i + 3],
        [i + 1, i + 2, i + 5],
      ]),
      y: "pass@1 (%)",
      subtitle: "a study",
      every: 50,
    });
  }
  figures["bars-12"] = passAtKBars({
    series: named(12, i => [1, 4, 8, 16, 32].map(k => ({ k, value: 0.01 * (i + 1) * k ** 0.5 }))),
  });
  const verdict = (i: number) => ({
    isWellPosed: i % 3 > 0,
    isCorrect: i % 3 === 1,
    errorType: (["Ill_Posed", "None", "Arithmetic", "Ambiguous", "Logical_Fallacy"] as const)[i % 5]!,
    verifiedAnswer: "7",
  });
  figures["taxonomy-9"] = taxonomyBars({
    sets: named(9, i => Array.from({ length: 128 }, (_, q) => verdict(q * (i + 1)))),
  });
  figures["vendi-9"] = vendiBars({ sets: named(9, i => ({ mean: 10 + 3 * i, sd: 1.5 })) });
  figures.bars = passAtKBars({
    series: Object.fromEntries(
      ["Hard-Only", "SOAR PQ", "SOAR PS"].map((name, i) => [
        name,
        [1, 4, 8, 16, 32].map(k => ({ k, value: 0.01 * (i + 1) * k ** 0.5, low: 0.004, high: 0.2 })),
      ]),
    ),
  });
});

describe("renderSvg", () => {
  test("draws titles, ticks, legend and labels into an image of the size asked for", async () => {
    const svg = await renderSvg(figures.cycles!, { width: 640, height: 400 });
    expect(svg).toMatch(/^<svg[^>]* width="640" height="400"/);
    const texts = svgTexts(svg);
    for (const text of [
      "Teacher reward cycles",
      "outer step",
      "mean reward",
      "promoted: 0 \u2192 17% greedy",
      "24",
    ]) {
      expect(texts).toContain(text);
    }
    expect(svg).not.toMatch(/NaN|undefined|<script/);
  });

  test("calls at once do not mix, and the figure stays as it was", async () => {
    const before = JSON.stringify(figures.kinds);
    const [kinds, accuracy] = await Promise.all([renderSvg(figures.kinds!), renderSvg(figures.accuracy!)]);
    expect(svgTexts(kinds)).toContain("Kinds of the teacher's questions");
    expect(svgTexts(accuracy)).toContain("Baseline accuracy by stage");
    expect(svgTexts(accuracy)).not.toContain("Kinds of the teacher's questions");
    expect(JSON.stringify(figures.kinds)).toBe(before);
    // Byte for byte: pictures in version control change only with what they show.
    expect(await renderSvg(figures.kinds!)).toBe(kinds);
    expect(await renderSvg(figures.accuracy!)).toBe(accuracy);
  });

  test("says what is wrong with its input, and still draws afterwards", async () => {
    await expect(renderSvg({} as Figure)).rejects.toThrow(/expected \{ data: \[traces\]/);
    await expect(renderSvg(Promise.resolve(figures.kinds) as unknown as Figure)).rejects.toThrow(
      /await it first/,
    );
    await expect(renderSvg({ data: [{} as never], layout: {} })).rejects.toThrow(/data\[0\]/);
    await expect(renderSvg(figures.kinds!, { width: 5 })).rejects.toThrow(/width = 5, expected pixels/);
    await expect(renderSvg(figures.kinds!)).resolves.toMatch(/^<svg/);
  });
});

describe.skipIf(!chromiumPath)(
  "as a browser shows the images (skipped without Chromium; SOARLAB_CHROMIUM names one)",
  () => {
    test("no label overlaps another or leaves the image", { timeout: 120_000 }, async () => {
      const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
      try {
        const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
        for (const [name, figure] of Object.entries(figures)) {
          const svg = await renderSvg(figure);
          writeFileSync(join(out, `${name}.svg`), svg);
          await page.setContent(`<body style="margin:0">${svg}</body>`);
          await page.screenshot({ path: join(out, `${name}.png`) });
          const { overlaps, outside, cut } = await page.evaluate(() => {
            const boxes = [...document.querySelectorAll("svg text")]
              .map(text => ({ text: text.textContent ?? "", box: text.getBoundingClientRect() }))
              .filter(({ text, box }) => text.trim() && box.width > 0);
            const image = document.querySelector("svg")!.getBoundingClientRect();
            // Boxes hold a font's whole line; letters fill less of its height.
            const shrink = 2;
            const overlaps = boxes.flatMap((a, i) =>
              boxes
                .slice(i + 1)
                .filter(
                  b =>
                    a.box.left + shrink < b.box.right - shrink &&
                    b.box.left + shrink < a.box.right - shrink &&
                    a.box.top + shrink < b.box.bottom - shrink &&
                    b.box.top + shrink < a.box.bottom - shrink,
                )
                .map(b => `${a.text} / ${b.text}`),
            );
            const outside = boxes
              .filter(
                ({ box }) =>
                  box.left < -1 ||
                  box.top < -1 ||
                  box.right > image.right + 1 ||
                  box.bottom > image.bottom + 1,
              )
              .map(({ text }) => text);
            // The legend is cut where Plotly thinks that it ends.
            const legend = document.querySelector(".legend .bg")?.getBoundingClientRect();
            const cut = [...document.querySelectorAll(".legend text")]
              .filter(text => text.getBoundingClientRect().right > legend!.right + 1)
              .map(text => text.textContent);
            return { overlaps, outside, cut };
          });
          expect(overlaps, name).toEqual([]);
          expect(outside, name).toEqual([]);
          expect(cut, name).toEqual([]);
        }
      } finally {
        await browser.close();
      }
    });

    test("text is as wide as it is measured, or a little less, whatever the font", {
      timeout: 60_000,
    }, async () => {
      const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
      try {
        const page = await browser.newPage();
        await page.setContent("<canvas></canvas>");
        for (const text of [
          "moving average (3 steps, restarts after a promotion)",
          "WWW mmm iii",
          "promoted: 0 \u2192 17%",
        ]) {
          const width = await page.evaluate(text => {
            const context = document.querySelector("canvas")!.getContext("2d")!;
            context.font = "12px Helvetica, Arial, 'Liberation Sans', sans-serif";
            return context.measureText(text).width;
          }, text);
          expect(textWidth(text, 12) / width).toBeGreaterThan(0.99);
          expect(textWidth(text, 12) / width).toBeLessThan(1.25);
        }
      } finally {
        await browser.close();
      }
    });
  },
);
