import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Figure } from "../../src/figures/figure.js";
import { writeStudyResults } from "../../src/report/write-study-results.js";
import { presets } from "../../src/soar/presets.js";
import { readStudy, type Study } from "../../src/study/read-study.js";
import { runStudy } from "../../src/study/run-study.js";
import { studyFigures } from "../../src/study/study-figures.js";
import { type StudyResults, studyResults } from "../../src/study/study-results.js";
import { fakeStudy } from "./fixtures/fake-study.js";

let study: Study;
let results: StudyResults & { folder: string };
const read = (file: string) => readFile(join(results.folder, file), "utf8");

beforeAll(async () => {
  study = await readStudy(await fakeStudy());
  results = await writeStudyResults(study);
});

/* The expected numbers are worked out by hand from `rightAnswers` of the fixture. */
describe("writeStudyResults", () => {
  const row = (method: string, k: number) =>
    results.passAtK.find(row => row.method === method && row.k === k)!;

  it("pass@1: mean and SD over all runs, SD between teachers", () => {
    // Hard-Only: 1/16, 1/16, 1/8, 1/8. SOAR PQ: 1/4, 1/4, 1/2, 1/2. SOAR PS: 1/2, 3/4, 1/4, 1/2.
    const close = (values: object) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expect.closeTo(value, 6)]));
    expect(row("Hard-Only", 1)).toMatchObject(
      close({ mean: 0.09375, sd: 0.0360844, sdBetweenTeachers: 0.0441942, teachers: 2, runs: 4 }),
    );
    expect(row("SOAR PQ", 1)).toMatchObject(
      close({ mean: 0.375, sd: 0.1443376, sdBetweenTeachers: 0.1767767 }),
    );
    expect(row("SOAR PS", 1)).toMatchObject(
      close({ mean: 0.5, sd: 0.2041241, sdBetweenTeachers: 0.1767767 }),
    );
  });

  it("pass@2: the unbiased estimate, 1/2, 5/6 and 1 of 1, 2 and 3 right of 4", () => {
    // Hard-Only: 1/8, 1/8, 1/4, 1/4. SOAR PQ: 5/12, 1/4, 1/2, 5/6.
    expect(row("Hard-Only", 2).mean).toBeCloseTo(0.1875, 12);
    expect(row("SOAR PQ", 2).mean).toBeCloseTo(0.5, 12);
  });

  it("differences in pairs of teacher seeds, with Student's t interval", () => {
    // 3/16 and 3/8: mean 0.28125, standard error 0.09375; t of 97.5% with one degree of freedom is 12.70620.
    expect(row("SOAR PQ", 1).difference).toBeCloseTo(0.28125, 12);
    expect(row("SOAR PQ", 1).low).toBeCloseTo(0.28125 - 12.7062 * 0.09375, 5);
    expect(row("SOAR PQ", 1).high).toBeCloseTo(0.28125 + 12.7062 * 0.09375, 5);
    expect(row("Hard-Only", 1)).toMatchObject({ difference: 0, low: 0, high: 0 });
  });

  it("Vendi Scores: 4 of four unlike questions, 2 of two pairs of twins; no row for a size that no set has", () => {
    expect(results.diversity).toHaveLength(1);
    const [vendi] = results.diversity;
    expect(vendi).toMatchObject({ method: "SOAR PQ", size: 4, sets: 2 });
    expect(vendi!.vendi).toBeCloseTo(3, 9);
    // 100 scores of 4 and 100 of 2; sample SD over all, and of the sets' means.
    expect(vendi!.sd).toBeCloseTo(Math.sqrt(200 / 199), 9);
    expect(vendi!.sdBetweenSets).toBeCloseTo(Math.SQRT2, 9);
    // All pairs differ wholly, and 4 of 6 pairs.
    expect(vendi!.distance).toBeCloseTo((1 + 4 / 6) / 2, 9);
  });

  it("taxonomy: of 8 questions 7 well posed, 5 right, one each of three errors", () => {
    expect(results.taxonomy).toEqual([
      {
        set: "SOAR PQ",
        questions: 8,
        judged: 8,
        wellPosed: 87.5,
        correct: 62.5,
        arithmetic: 12.5,
        logic: 12.5,
        impossible: 12.5,
        ambiguous: 0,
      },
    ]);
  });

  it("writes the tables as Markdown with the pictures beside it", async () => {
    const text = await read("results.md");
    expect(text).toContain("12 evaluation runs.\n");
    expect(text).toContain("| SOAR PQ | 37.5 (14.4) | 50.0 (24.5) | 2 x 2 |");
    expect(text).toContain("## Difference from Hard-Only");
    expect(text).toContain("| SOAR PQ | +28.1 [-91.0, +147.2] |");
    expect(text).toContain("| Grounded | 0 | 4 | 2: 17% | 3 |");
    expect(text).toContain("| SOAR PQ | 4 | 3.00 (1.00) | 0.833 | 2 |");
    expect(text).toContain("| SOAR PQ | 8 | 87.5 | 62.5 | 12.5 | 12.5 | 12.5 | 0.0 |");
    const names = await readdir(results.folder);
    const pictures = [...text.matchAll(/!\[.*\]\((.*)\)/g)].map(([, file]) => file!);
    expect(pictures.sort()).toEqual(names.filter(name => name.endsWith(".svg")).sort());
    expect(pictures).toHaveLength(5);
    expect(names).toContain("results.html");
  });

  it("writes a row for every run, its folder told from the study's", async () => {
    const [head, ...rows] = (await read("runs.csv")).trim().split("\n");
    expect(head).toBe("method,teacher,seed,student,pass@1,pass@2,read at steps,plateau,questions,folder");
    expect(rows).toHaveLength(12);
    expect(rows).toContain("SOAR PQ,Grounded,1,0,0.5,0.5,7,,4,evaluations/soar-pq/seed-1-student-0");
    const { folder } = study;
    expect(await fileOf(await readStudy(`${folder}/../study/`))).toBe(`${[head, ...rows].join("\n")}\n`);
  });

  async function fileOf(study: Study): Promise<string> {
    const { folder } = await writeStudyResults(study);
    return readFile(join(folder, "runs.csv"), "utf8");
  }
});

describe("studyFigures", () => {
  const traces = (figure: Figure) => figure.data.filter(({ name }) => name !== undefined);

  it("puts every evaluation at its own step, also the last after a shorter stretch", async () => {
    const figures = await studyFigures(study, results);
    const curves = traces(figures["learning-curves"]!);
    expect(curves.map(({ name }) => name)).toEqual(["Hard-Only", "SOAR PQ"]);
    expect(curves[1]!.x).toEqual([0, 3, 6, 7]);
    const y = curves[1]!.y as number[];
    expect(y[0]).toBe(0);
    expect(y[3]).toBeCloseTo(37.5, 9);
  });

  it("draws the learning curves that are asked for, if they train", async () => {
    const asked = async (...curves: string[]) =>
      (await studyFigures({ ...study, config: { ...study.config, curves } }, results))["learning-curves"];
    expect(traces((await asked("SOAR PQ"))!).map(({ name }) => name)).toEqual(["SOAR PQ"]);
    expect(await asked("SOAR PS")).toBeUndefined();
  });
});

describe("a study that goes on", () => {
  it("counts what is there, says what is not, and has no interval of one seed", async () => {
    const live = await readStudy(await fakeStudy({ done: "some" }));
    expect(live.evaluations).toHaveLength(6);
    expect(live.missing.map(({ name, record }) => [name, record?.evaluations.length])).toEqual([
      ["Hard-Only, seed 1, student 0", 2],
      ["Hard-Only, seed 1, student 1", 2],
      ["SOAR PQ, seed 1, student 0", undefined],
      ["SOAR PQ, seed 1, student 1", undefined],
      ["SOAR PS, seed 1, student 0", undefined],
      ["SOAR PS, seed 1, student 1", undefined],
    ]);
    const { folder } = await writeStudyResults(live);
    const text = await readFile(join(folder, "results.md"), "utf8");
    expect(text).toContain("6 evaluation runs, 6 still to be done.");
    expect(text).toContain("| Grounded | 1 | 3 so far | 2: 17% | 3 |");
    expect(text).toContain("| SOAR PQ | +18.8 |");
  });

  it("counts runs without a promotion apart", async () => {
    const study = await readStudy(await fakeStudy({ promoting: [1] }));
    expect(study.skipped.map(({ name }) => name)).toEqual([
      "SOAR PQ, seed 0, student 0",
      "SOAR PQ, seed 0, student 1",
      "SOAR PS, seed 0, student 0",
      "SOAR PS, seed 0, student 1",
    ]);
    const { folder } = await writeStudyResults(study);
    const text = await readFile(join(folder, "results.md"), "utf8");
    expect(text).toContain("8 evaluation runs, 4 without a promotion to evaluate.");
    expect(text).toMatch(/\| SOAR PS \| 37\.5 \(17\.7\) \|.*\| 1 x 2 \(2 without promotion\) \|/);
  });

  it("has tables without rows, and no figure, before anything is done", async () => {
    const study = await readStudy(await fakeStudy({ done: "nothing" }));
    expect(study.missingRuns.map(({ name }) => name)).toEqual(["Grounded, seed 0", "Grounded, seed 1"]);
    const nothing = await studyResults(study);
    expect(nothing).toEqual({ passAtK: [], diversity: [], verdicts: {}, taxonomy: [] });
    expect(await studyFigures(study, nothing)).toEqual({});
  });
});

describe("readStudy", () => {
  it("says what a folder lacks, and when its file is damaged", async () => {
    const folder = await fakeStudy({ done: "nothing" });
    const file = join(folder, "study.json");
    for (const text of ["{", "[]", '{"study":{}}']) {
      await writeFile(file, text);
      await expect(readStudy(folder)).rejects.toThrow(
        `${file} is damaged: expected JSON with study and base`,
      );
    }
    await rm(file);
    await expect(readStudy(folder)).rejects.toThrow(`${folder} is no study: it has no study.json`);
  });
});

describe("runStudy", () => {
  it("takes no concurrency under which nothing would be run", async () => {
    const input = {
      study: { methods: { A: { protocol: "base" as const } } },
      base: presets.gym,
      folder: "never",
    };
    for (const concurrency of [0, 1.5, Number.NaN]) {
      await expect(runStudy({ ...input, concurrency })).rejects.toThrow(
        /concurrency = .*, expected a whole number/,
      );
    }
    expect(existsSync("never")).toBe(false);
  });
});
