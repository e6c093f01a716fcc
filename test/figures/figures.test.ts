import { beforeAll, describe, expect, test } from "vitest";
import { baselineAccuracy } from "../../src/figures/baseline-accuracy.js";
import { curriculumMap } from "../../src/figures/curriculum-map.js";
import { diversityOverSteps } from "../../src/figures/diversity-over-steps.js";
import type { Figure } from "../../src/figures/figure.js";
import { learningCurves } from "../../src/figures/learning-curves.js";
import { metricOverSteps } from "../../src/figures/metric-over-steps.js";
import { passAtKBars } from "../../src/figures/pass-at-k-bars.js";
import { passAtKCurves } from "../../src/figures/pass-at-k-curves.js";
import { questionKinds } from "../../src/figures/question-kinds.js";
import { rewardCycles } from "../../src/figures/reward-cycles.js";
import { solveRateHistogram } from "../../src/figures/solve-rate-histogram.js";
import { kindMarkers } from "../../src/figures/style/kind-markers.js";
import { percent } from "../../src/figures/style/labels.js";
import { layoutLabels } from "../../src/figures/style/layout-labels.js";
import { palette } from "../../src/figures/style/theme.js";
import { withTheme } from "../../src/figures/style/with-theme.js";
import { plotlyWindow } from "../../src/figures/svg/plotly-window.js";
import { taxonomyBars } from "../../src/figures/taxonomy-bars.js";
import { vendiBars } from "../../src/figures/vendi-bars.js";
import { promotionsBefore } from "../../src/soar/promotions-before.js";
import type { RunRecord } from "../../src/soar/run-log.js";
import { meanReward } from "../../src/soar/run-state.js";
import { fakeRun } from "./fixtures/fake-run.js";

const runs: Record<string, RunRecord> = {};

beforeAll(async () => {
  runs.usual = await fakeRun({ steps: 25, promotions: [6, 12, 20] });
  runs.live = await fakeRun({ steps: 7, ended: false });
  runs.one = await fakeRun({ steps: 1, ended: false });
  runs.none = await fakeRun({ steps: 0, ended: false });
  runs.unmeasured = await fakeRun({ steps: 0, ended: false, started: false });
  runs.bare = await fakeRun({ steps: 4, promotions: [2], bare: true });
  runs.long = await fakeRun({ steps: 200, promotions: [10, 12, 14, 60, 64, 120, 198] });
});

const rows = [1, 4, 32].map(k => ({ k, value: 0.01 * k ** 0.7, low: 0.005, high: 0.3 }));

const figures: Record<string, () => Figure> = {
  ...Object.fromEntries(
    ["usual", "live", "one", "none", "unmeasured", "bare", "long"].flatMap(name => [
      [`rewardCycles, ${name}`, () => rewardCycles(runs[name]!)],
      [`baselineAccuracy, ${name}`, () => baselineAccuracy(runs[name]!)],
      [`questionKinds, ${name}`, () => questionKinds(runs[name]!)],
    ]),
  ),
  "curriculumMap, one run": () => curriculumMap({ runs: { a: runs.usual! } }),
  "curriculumMap, two teachers": () => curriculumMap({ runs: { a: runs.usual!, b: runs.long! } }),
  "curriculumMap, without kinds": () => curriculumMap({ runs: { a: runs.bare! } }),
  "curriculumMap, nothing": () => curriculumMap({ runs: { a: runs.none!, b: runs.unmeasured! } }),
  passAtKCurves: () => passAtKCurves({ series: { a: rows, b: rows }, subtitle: "360 problems" }),
  "passAtKCurves, one point": () => passAtKCurves({ series: { a: [{ k: 1, value: 0 }] } }),
  passAtKBars: () => passAtKBars({ series: { a: rows, b: [{ k: 1, value: 0.2 }] } }),
  learningCurves: () =>
    learningCurves({
      curves: {
        a: [
          [1, 2, Number.NaN, 3],
          [2, 3],
        ],
        b: [[1]],
      },
      y: "reward",
      plateau: { a: 2, b: undefined },
    }),
  metricOverSteps: () =>
    metricOverSteps({ runs: { a: runs.usual!, b: runs.live! }, metric: "student/entropy/sampled" }),
  diversityOverSteps: () => diversityOverSteps({ runs: { a: [0.5, 0.4], b: [{ step: 3, value: 0.1 }] } }),
  vendiBars: () => vendiBars({ sets: { a: { mean: 30, sd: 1.5 }, b: { mean: 10 } } }),
  taxonomyBars: () => taxonomyBars({ sets: { all: runs.usual!.questions.map(({ verdict }) => verdict!) } }),
  solveRateHistogram: () => solveRateHistogram({ rates: [0, 0, 0.5, 1] }),
  "solveRateHistogram, nothing": () => solveRateHistogram({ rates: [] }),
};

describe("every figure", () => {
  test.each(Object.keys(figures))("%s is what Plotly's schema says, in light and dark", async name => {
    const { Plotly } = await plotlyWindow();
    const figure = figures[name]!();
    for (const theme of ["light", "dark"] as const) {
      const { data, layout } = withTheme(figure, theme);
      // "unused" and "invisible" say that there is nothing to draw, which is so in an empty figure.
      const problems = (Plotly.validate(data, layout) ?? []).filter(
        ({ code }) => !/unused|invisible/.test(code),
      );
      expect(problems.map(({ msg }) => msg)).toEqual([]);
    }
    // Plain data: it can be stored, sent, and changed.
    expect(JSON.parse(JSON.stringify(figure)).data).toHaveLength(figure.data.length);
    const { xaxis, yaxis, title } = figure.layout as Record<
      string,
      { title: { text: string }; text: string }
    >;
    expect(title!.text).not.toBe("");
    expect(xaxis!.title.text).not.toBe("");
    if (!name.startsWith("taxonomy")) expect(yaxis!.title.text).not.toBe("");
  });
});

describe("rewardCycles", () => {
  const trace = (figure: Figure, name: RegExp) => figure.data.find(trace => name.test(trace.name ?? ""))!;

  test("draws the rewards of the log, counts steps from 1, and breaks the average after each promotion", () => {
    const run = runs.usual!;
    const figure = rewardCycles(run);
    expect(trace(figure, /^mean reward/).x).toEqual(run.steps.map((_, i) => i + 1));
    expect(trace(figure, /^mean reward/).y).toEqual(run.steps.map(meanReward));
    const average = trace(figure, /^moving average/).y as (number | null)[];
    // Window 3, promotions at steps 6, 12 and 20 (from 0): two steps without an average at each new start.
    const gaps = average.flatMap((value, i) => (value === null ? i : []));
    expect(gaps).toEqual([0, 1, 7, 8, 13, 14, 21, 22]);
    expect(trace(figure, /^moving average/).connectgaps).toBe(false);
    const [low, high] = [trace(figure, /lowest/).y, trace(figure, /range/).y] as number[][];
    for (const [i, mean] of run.steps.map(meanReward).entries()) {
      expect(low![i]).toBeLessThanOrEqual(mean);
      expect(high![i]).toBeGreaterThanOrEqual(mean);
    }
  });

  test("marks every promotion with a line and what it gained", () => {
    const { shapes, annotations } = rewardCycles(runs.usual!).layout as Record<
      string,
      { x0: number; text: string }[]
    >;
    expect(shapes!.map(({ x0 }) => x0)).toEqual([7, 13, 21]);
    expect(annotations!.map(({ text }) => text)).toEqual([
      "promoted: 0 \u2192 17% greedy",
      "17 \u2192 34%",
      "34 \u2192 51%",
    ]);
  });

  test("says seed, sizes and how far a live run is; says so when there is nothing yet", () => {
    const subtitle = (run: RunRecord) =>
      (rewardCycles(run).layout as { title: { subtitle: { text: string } } }).title.subtitle.text;
    expect(subtitle(runs.usual!)).toMatch(
      /seed 0 .*25 outer steps .*g x n = 4 x 6 questions .*r = 2 students .*M = 48/,
    );
    expect(subtitle(runs.none!)).toMatch(/0 of 1 outer steps so far/);
    expect(JSON.stringify(rewardCycles(runs.none!).layout)).toContain("no outer step is finished yet");
  });
});

describe("curriculumMap", () => {
  const cellsOf = (figure: Figure, name: string) => {
    const map = figure.data.find(trace => trace.type === "bar" && trace.name === name)!;
    const [x, base] = [map.x, map.base] as number[][];
    const share = (map.customdata as [number, string, string][]).map(([share]) => share);
    return x!.map((step, i) => ({ step, row: Math.round(base![i]! + 0.5), share: share[i]! }));
  };

  test("each column adds up to the step's questions, each cell counts its kind, runs share the rows", () => {
    const teachers = { one: runs.usual!, two: runs.live! };
    const figure = curriculumMap({ runs: teachers });
    const kinds = (figure.layout.yaxis as { ticktext: string[] }).ticktext;
    expect((figure.layout.yaxis3 as { ticktext: string[] }).ticktext).toEqual(kinds);
    expect(kinds.at(-1)).toBe("ill-posed");
    for (const [name, run] of Object.entries(teachers)) {
      const cells = cellsOf(figure, name);
      expect(cells).toHaveLength(run.steps.length * kinds.length);
      for (const { step } of run.steps) {
        const asked = run.questions.filter(question => question.step === step);
        const column = cells.filter(cell => cell.step === step + 1);
        expect(column.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(100, 9);
        for (const { row, share } of column) {
          const ofKind = asked.filter(({ kind }) => kind === kinds[row]);
          expect(share).toBeCloseTo((100 * ofKind.length) / asked.length, 9);
        }
      }
    }
  });

  test("draws rewards over the cells and marks promotions, each run in its own columns", () => {
    const { data, layout } = curriculumMap({ runs: { one: runs.usual!, two: runs.long! } });
    const rewards = data.filter(({ type, name }) => type === "scatter" && name !== undefined);
    expect(rewards.map(({ y }) => y)).toEqual(
      [runs.usual!, runs.long!].map(run => run.steps.map(meanReward)),
    );
    const shapes = layout.shapes as { xref: string; x0: number }[];
    expect(shapes.filter(({ xref }) => xref === "x").map(({ x0 }) => x0)).toEqual([7.5, 13.5, 21.5]);
    expect(shapes.filter(({ xref }) => xref === "x3")).toHaveLength(runs.long!.promotions.length);
    const domain = (name: string) => (layout[name] as { domain: [number, number] }).domain;
    expect(domain("xaxis")[1]).toBeLessThan(domain("xaxis3")[0]);
    expect(domain("yaxis")[1]).toBeLessThan(domain("yaxis2")[0]);
  });

  test("takes the caller's kinds for the log's", () => {
    const kindOf = ({ question }: { question: string }) => (question.startsWith("0+") ? "first" : undefined);
    const figure = curriculumMap({ runs: { one: runs.bare! }, kindOf });
    const cells = cellsOf(figure, "one");
    expect((figure.layout.yaxis as { ticktext: string[] }).ticktext).toEqual(["first"]);
    expect(cells.map(({ share }) => share)).toEqual([100, 0, 0, 0]);
  });

  test("colours run from the scale's one end at 0 to its other at the largest share", () => {
    const figure = curriculumMap({ runs: { one: runs.usual! } });
    const cells = cellsOf(figure, "one");
    const { color } = figure.data.find(({ type }) => type === "bar")!.marker as { color: string[] };
    const shares = cells.map(({ share }) => share);
    const largest = Math.max(...shares);
    expect(color[shares.indexOf(0)]).toBe("rgb(0, 34, 78)");
    expect(color[shares.indexOf(largest)]).toBe("rgb(254, 232, 56)");
    const { cmax, colorscale } = figure.data.at(-1)!.marker as { cmax: number; colorscale: unknown[] };
    expect(cmax).toBe(largest);
    expect(colorscale.at(-1)).toEqual([1, "#fee838"]);
  });

  test("says so where there are no runs or too many", () => {
    expect(() => curriculumMap({ runs: {} })).toThrow("curriculumMap: 0 runs, expected 1 to 4 of them");
    const five = Object.fromEntries([1, 2, 3, 4, 5].map(i => [i, runs.usual!]));
    expect(() => curriculumMap({ runs: five })).toThrow("5 runs");
  });
});

describe("questionKinds", () => {
  test("shares of a step add up to all of its questions, and right answers are counted", () => {
    const run = runs.usual!;
    const { data } = questionKinds(run);
    const bars = data.filter(({ type }) => type === "bar");
    for (const step of run.steps.keys()) {
      expect(bars.reduce((sum, { y }) => sum + (y as number[])[step]!, 0)).toBeCloseTo(100);
    }
    const questions = run.questions.filter(({ step }) => step === 3);
    const right = questions.filter(({ verdict }) => verdict!.isCorrect).length / questions.length;
    expect((data.at(-1)!.y as number[])[3]).toBeCloseTo(100 * right);
    expect(bars.map(({ name }) => name)).toEqual(["k=3", "k=4", "k=5", "k=6", "k=7", "ill-posed"]);
  });

  test("merges the rarest of many kinds, and says when a domain names none", () => {
    const questions = Array.from({ length: 120 }, (_, i) => ({
      ...runs.usual!.questions[0]!,
      kind: `k=${Math.min(12, Math.floor(Math.sqrt(i)) + 2)}`,
    }));
    const names = questionKinds({ ...runs.usual!, questions }).data.map(({ name }) => name);
    expect(names.filter(name => name?.startsWith("k="))).toHaveLength(8);
    expect(names).toContain("other");
    expect(JSON.stringify(questionKinds(runs.bare!).layout)).toContain("names no kinds");
  });
});

describe("kindMarkers", () => {
  const numbered = Array.from({ length: 9 }, (_, i) => `k=${i}`);
  const words = [
    "algebra",
    "calculus",
    "geometry",
    "logic",
    "number theory",
    "probability",
    "sets",
    "topology",
  ];
  test.each([
    [numbered],
    [[...numbered.slice(0, 8), "other"]],
    [[...words, "other"]],
    [["k=3", "k=4", ...words.slice(0, 6), "other"]],
    [["k=3", ...words.slice(0, 7), "other"]],
  ])("no two of nine kinds look alike: %j", kinds => {
    const markers = kindMarkers(kinds);
    expect(new Set([...markers.values()].map(marker => JSON.stringify(marker))).size).toBe(9);
  });

  test("numbered kinds are steps of a scale, and one alone is none", () => {
    expect(kindMarkers(["k=2", "k=10", "ill-posed"])).toEqual(
      new Map([
        ["k=2", { color: "#1f3b6d" }],
        ["k=10", { color: "#e6cd45" }],
        ["ill-posed", { color: palette.vermilion }],
      ]),
    );
    expect(kindMarkers(["k=2"])).toEqual(new Map([["k=2", { color: palette.blue }]]));
    expect(kindMarkers([])).toEqual(new Map());
  });
});

describe("learningCurves", () => {
  const curve = (figure: Figure, name: string) => figure.data.find(trace => trace.name === name)!;
  const subtitle = (figure: Figure) => (figure.layout.title as { subtitle: { text: string } }).subtitle.text;

  test("averages what seeds have at the same step, be it counted or said", () => {
    const figure = learningCurves({
      curves: {
        a: [
          [1, 3],
          [3, 5, 7],
        ],
        b: [
          [
            { step: 0, value: 1 },
            { step: 10, value: 2 },
            { step: 14, value: 4 },
          ],
          [
            { step: 14, value: 8 },
            { step: 10, value: Number.NaN },
          ],
        ],
      },
      y: "reward",
      every: 10,
    });
    expect(curve(figure, "a")).toMatchObject({ x: [0, 10, 20], y: [2, 4, 7] });
    expect(curve(figure, "a").customdata).toEqual([Math.SQRT2, Math.SQRT2, 0]);
    expect(curve(figure, "b")).toMatchObject({ x: [0, 10, 14], y: [1, 2, 6] });
    expect(subtitle(figure)).toBe("mean \u00b1 SD over 2 seeds");
  });

  test("cuts bands at what can be, and leaves them out where they would hide one another", () => {
    const seeds = [
      [0, 50],
      [0, 100],
    ];
    const cut = learningCurves({ curves: { a: seeds }, y: "%", limits: [0, 100] });
    expect(cut.data[0]!.y).toEqual([0, 75 - Math.sqrt(1250)]);
    expect(cut.data[1]!.y).toEqual([0, 100]);
    const many = learningCurves({
      curves: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`method ${i}`, seeds])),
      y: "%",
    });
    expect(many.data).toHaveLength(8);
    expect(subtitle(many)).toBe("mean over 2 seeds");
  });

  test("says how many seeds each method has where they differ", () => {
    const figure = learningCurves({ curves: { a: [[1], [2]], b: [[1]] }, y: "", subtitle: "MATH" });
    expect(figure.data.flatMap(({ name }) => name ?? [])).toEqual(["a (2 seeds)", "b (1 seed)"]);
    expect(subtitle(figure)).toBe("MATH  |  mean \u00b1 SD over seeds");
    expect(subtitle(learningCurves({ curves: { a: [[1]] }, y: "" }))).toBe("");
  });
});

describe("series", () => {
  test("28 series look different: colour, and line, point or bar", () => {
    const names = Array.from({ length: 28 }, (_, i) => `method ${i}`);
    const series = Object.fromEntries(names.map(name => [name, rows]));
    const curves = Object.fromEntries(names.map(name => [name, [[1, 2]]]));
    const runsByName = Object.fromEntries(names.map(name => [name, [0.1, 0.2]]));
    for (const { data } of [
      passAtKBars({ series }),
      passAtKCurves({ series }),
      learningCurves({ curves, y: "" }),
      diversityOverSteps({ runs: runsByName }),
    ]) {
      expect(new Set(data.map(({ marker, line }) => JSON.stringify([marker, line]))).size).toBe(28);
    }
  });
});

describe("allNames", () => {
  test("a series looks the same in figures that show others as well", () => {
    const allNames = ["base", "PQ", "PS"];
    const [bars] = passAtKBars({ series: { PS: rows }, allNames }).data;
    const [curve] = learningCurves({ curves: { PS: [[1, 2]] }, y: "", allNames }).data;
    expect(bars).toMatchObject({ marker: { color: palette.green } });
    expect(curve).toMatchObject({ line: { color: palette.green } });
    expect(() => passAtKCurves({ series: { PT: rows }, allNames })).toThrow(
      /allNames: lacks "PT"; it has base, PQ, PS/,
    );
  });
});

describe("axes of steps", () => {
  test("have a tick at every step of few, and none between two steps", () => {
    const axis = (figure: Figure) => figure.layout.xaxis as { dtick?: number; nticks?: number };
    const curve = (steps: number) => learningCurves({ curves: { a: [new Array(steps).fill(0)] }, y: "" });
    expect(axis(curve(3)).dtick).toBe(1);
    expect(axis(curve(100))).toMatchObject({ nticks: 16 });
    expect(axis(diversityOverSteps({ runs: { a: [0.5, 0.4] } })).dtick).toBe(1);
    expect(axis(metricOverSteps({ runs: { a: runs.one! }, metric: "student/entropy/sampled" })).dtick).toBe(
      1,
    );
    expect(axis(questionKinds(runs.bare!)).dtick).toBe(1);
    expect(axis(rewardCycles(runs.live!)).dtick).toBe(1);
  });
});

describe("vendiBars", () => {
  test("long names stand one below the other, in order; short ones side by side", () => {
    const long = vendiBars({
      sets: { "Grounded-T without promotion": { mean: 30, sd: 1 }, PQ: { mean: 28 } },
    });
    expect(long.data[0]).toMatchObject({ x: ["Grounded-T without promotion", "PQ"], y: [30, 28] });
    const names = Array.from({ length: 9 }, (_, i) => `Grounded-T without promotion ${i}`);
    const many = vendiBars({
      sets: Object.fromEntries(names.map((name, i) => [name, { mean: i + 1, sd: 1 }])),
    });
    expect(many.data[0]).toMatchObject({
      y: names,
      x: [1, 2, 3, 4, 5, 6, 7, 8, 9],
      error_x: { array: new Array(9).fill(1) },
    });
    expect(many.layout.yaxis).toMatchObject({ autorange: "reversed" });
  });
});

describe("bad input", () => {
  test.each([
    [
      () => rewardCycles({} as never),
      /rewardCycles: expected a run with config and steps, as await readRun.* got \{\}/,
    ],
    [() => questionKinds(Promise.resolve() as never), /questionKinds: .*got a promise; await it first/],
    [() => passAtKCurves({ series: {} }), /passAtKCurves: series is empty/],
    [
      () => passAtKBars({ series: { PQ: [{ k: 4, value: 12.5 }] } }),
      /"PQ": pass@4 = 12.5.*divide percentages by 100/,
    ],
    [() => learningCurves({ curves: { a: [] }, y: "" }), /"a" has no values/],
    [() => learningCurves({ curves: { a: [[1]] }, y: "", plateau: { b: 3 } }), /plateau "b" is no curve/],
    [() => diversityOverSteps({ runs: { a: [0.5, Number.NaN] } }), /"a", step 1: NaN/],
    [() => vendiBars({ sets: { PQ: { mean: 0.3 } } }), /"PQ": mean = 0.3/],
    [() => taxonomyBars({ sets: { PQ: [] } }), /"PQ" has no verdicts/],
    [() => solveRateHistogram({ rates: [0.5, 50] }), /rates\[1\] = 50/],
    [
      () => metricOverSteps({ runs: { a: runs.usual! }, metric: "student/entropi" }),
      /no step has "student\/entropi"; the log has .*student\/entropy\/sampled/,
    ],
  ])("%#: says what is wrong and where", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("helpers", () => {
  test("a promoting step still belongs to the stage that it ends", () => {
    const run = runs.usual!;
    expect([0, 6, 7, 12, 13, 24].map(step => promotionsBefore(run, step))).toEqual([0, 0, 1, 1, 2, 3]);
  });

  test("percent keeps a decimal where it matters", () => {
    expect([0, 0.0031, 0.05, 0.172, 1, -0.0001].map(percent)).toEqual([
      "0%",
      "0.3%",
      "5%",
      "17%",
      "100%",
      "0%",
    ]);
  });

  test("packed labels of a row never overlap", () => {
    const labels = layoutLabels(
      [1, 2, 3, 40, 41, 99].map(x => ({ x, text: "17 \u2192 34%" })),
      { range: [0, 100], width: 700, size: 11 },
    );
    expect(labels.map(({ row }) => row)).toEqual([0, 1, 2, 0, 1, 0]);
    expect(labels[0]!.anchor).toBe("left");
    expect(labels.at(-1)!.anchor).toBe("right");
  });
});
