import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkConfig } from "../../src/lab/check-config.js";
import { presets } from "../../src/soar/presets.js";
import { planStudy } from "../../src/study/plan-study.js";
import { type StudyConfigInput, studySchema } from "../../src/study/study-config.js";

function plan(input: StudyConfigInput) {
  const study = checkConfig(input, "study.yaml", studySchema);
  return planStudy(study, study.config === "gym-long" ? presets["gym-long"] : presets.gym, "runs/s");
}

const methods: StudyConfigInput["methods"] = {
  "Hard-Only": { protocol: "hard-only" },
  "SOAR PQ": { protocol: "pq", teacher: "Grounded" },
};

describe("planStudy", () => {
  it("plans teachers x seeds, and methods x seeds x students, each with a seed and a folder of its own", () => {
    const { runs, evaluations } = plan({
      seeds: [3, 8],
      students: 2,
      set: { outerSteps: 5, "student.steps": 2 },
      teachers: { Grounded: {}, Intrinsic: { teacher: { reward: "intrinsic" }, "promotion.enabled": false } },
      evaluation: { "training.steps": 7 },
      methods,
    });
    expect(runs.map(({ folder }) => folder)).toEqual([
      "runs/s/soar/grounded-seed-3",
      "runs/s/soar/grounded-seed-8",
      "runs/s/soar/intrinsic-seed-3",
      "runs/s/soar/intrinsic-seed-8",
    ]);
    expect(runs[0]!.config).toMatchObject({
      seed: 3,
      outerSteps: 5,
      datasets: 8,
      student: { steps: 2, groupSize: 8 },
    });
    expect(runs[3]!.config).toMatchObject({
      seed: 8,
      promotion: { enabled: false, window: 4 },
      teacher: { reward: "intrinsic", sampling: { maxTokens: 44 } },
    });
    expect(evaluations).toHaveLength(8);
    expect(new Set(evaluations.map(({ folder }) => folder)).size).toBe(8);
    const [hardOnly] = evaluations;
    expect(hardOnly).toMatchObject({ method: "Hard-Only", run: undefined, seed: 3, student: 0 });
    expect(hardOnly!.config).toMatchObject({ seed: 3000, training: { steps: 7 } });
    const base = plan({ evaluation: { "training.steps": 7 }, methods: { Base: { protocol: "base" } } });
    expect(base.evaluations[0]!.config.training.steps).toBe(0);
    const pq = evaluations.at(-1)!;
    expect(pq.config).toMatchObject({ seed: 8001, run: "runs/s/soar/grounded-seed-8" });
    expect(pq.folder).toBe("runs/s/evaluations/soar-pq/seed-8-student-1");
  });

  it("sweeps one field at a time, with every method of the teacher, and others once", () => {
    const { runs, methods: names } = plan({
      seeds: 1,
      teachers: { Grounded: {}, Other: {} },
      sweep: { Grounded: { questionsPerDataset: [4, 16], "promotion.window": [2] } },
      methods,
    });
    expect(runs.map(({ teacher }) => teacher)).toEqual([
      "Grounded",
      "Grounded, questionsPerDataset = 4",
      "Grounded, questionsPerDataset = 16",
      "Grounded, promotion.window = 2",
      "Other",
    ]);
    expect(runs.map(({ config }) => [config.questionsPerDataset, config.promotion.window])).toEqual([
      [8, 4],
      [4, 4],
      [16, 4],
      [8, 2],
      [8, 4],
    ]);
    expect(names).toEqual([
      "Hard-Only",
      "SOAR PQ",
      "SOAR PQ, questionsPerDataset = 4",
      "SOAR PQ, questionsPerDataset = 16",
      "SOAR PQ, promotion.window = 2",
    ]);
  });

  it("sweeps values that are objects, and keeps to its folder whatever a name is", () => {
    const { runs, evaluations } = plan({
      seeds: 1,
      teachers: { "..": {} },
      sweep: { "..": { promotion: [{ window: 2 }, { window: 6 }] } },
      methods: { "../..": { protocol: "base" } },
    });
    expect(runs.map(({ teacher, config }) => [teacher, config.promotion.window])).toEqual([
      ["..", 4],
      ['.., promotion = {"window":2}', 2],
      ['.., promotion = {"window":6}', 6],
    ]);
    expect(runs.map(({ folder }) => folder)).toEqual([
      "runs/s/soar/-seed-0",
      "runs/s/soar/promotion-window-2-seed-0",
      "runs/s/soar/promotion-window-6-seed-0",
    ]);
    expect(evaluations[0]!.folder).toMatch(/^runs\/s\/evaluations\//);
  });

  it("says what is wrong, and what there is", () => {
    expect(() => plan({ methods: { PQ: { protocol: "pq" } } })).toThrow(
      'method "PQ" evaluates a SOAR run; give it a teacher, one of: none yet',
    );
    expect(() => plan({ teachers: { A: {} }, methods: { PQ: { protocol: "pq", teacher: "B" } } })).toThrow(
      'method "PQ": unknown teacher "B"; known teachers: A',
    );
    expect(() => plan({ methods, teachers: { Grounded: { outersteps: 3 } } })).toThrow(
      /teacher "Grounded" is not valid:\n {2}outersteps: unknown; did you mean outerSteps\?/,
    );
    expect(() => plan({ methods: { A: { protocol: "hard-onyl" as "hard-only" } } })).toThrow(
      /study\.yaml is not valid:\n {2}methods\.A\.protocol: .*"hard-only"/,
    );
    expect(() => plan({ methods, teachers: { Grounded: {} }, sweep: { B: { outerSteps: [1] } } })).toThrow(
      'sweep: unknown teacher "B"; known teachers: Grounded',
    );
    expect(() => plan({ methods: { A: { protocol: "base", set: { "test.sample": 3 } } } })).toThrow(
      /^method "A": protocol base is not valid:\n {2}test\.sample: unknown; did you mean samples\?/,
    );
    expect(() => plan({ methods: { A: { protocol: "pq", teacher: "constructor" } } })).toThrow(
      'unknown teacher "constructor"',
    );
    expect(() => plan({ seeds: [3, 8, 3], methods })).toThrow(
      /seeds: expected each seed once \(got \[3,8,3\]\)/,
    );
    expect(() => plan({ methods: {} })).toThrow("expected at least one method");
    expect(() => plan({ methods: { "a b": { protocol: "base" }, "a-b": { protocol: "base" } } })).toThrow(
      '"a b" and "a-b" would share a folder name; rename one of them',
    );
    expect(() => plan({ methods: { A: { protocol: "base" } }, compareWith: "B" })).toThrow(
      'compareWith: unknown method "B"; known methods: A',
    );
    expect(() => plan({ methods: { A: { protocol: "base" } }, curves: ["A", "B"] })).toThrow(
      'curves: unknown method "B"; known methods: A',
    );
  });

  it("reads the studies that soarlab brings along", async () => {
    const shipped = async (name: string) =>
      plan(parse(await readFile(`data/studies/${name}/study.yaml`, "utf8")));
    const long = await shipped("gym-long");
    expect([long.runs.length, long.evaluations.length]).toEqual([15, 195]);
    const gym = await shipped("gym");
    expect([gym.runs.length, gym.evaluations.length]).toEqual([15, 225]);
    const ablations = await shipped("gym-ablations");
    expect([ablations.runs.length, ablations.evaluations.length]).toEqual([39, 39]);
  });
});
