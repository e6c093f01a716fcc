import { appendFile, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { EvaluationConfig } from "../../src/evaluation/evaluation-config.js";
import { evaluationConfigFor } from "../../src/evaluation/evaluation-config-for.js";
import { evaluationLogKind } from "../../src/evaluation/evaluation-log.js";
import { evaluationLoop } from "../../src/evaluation/evaluation-loop.js";
import { type ProtocolName, protocols } from "../../src/evaluation/protocols.js";
import { type EvaluationRecord, readEvaluation } from "../../src/evaluation/read-evaluation.js";
import { runEvaluation } from "../../src/evaluation/run-evaluation.js";
import { gymProblems } from "../../src/gym/gym-problems.js";
import { EventLog } from "../../src/lab/event-log.js";
import { openExperiment } from "../../src/lab/open-experiment.js";
import { runStatus } from "../../src/lab/run-status.js";
import { readEvaluationCounts } from "../../src/pass-at-k/read-evaluation-counts.js";
import type { SoarConfigInput } from "../../src/soar/config.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import type { RunRecord } from "../../src/soar/run-log.js";
import { runSoar } from "../../src/soar/run-soar.js";
import type { LocalServer } from "../../src/training/start-local-server.js";
import { TrainingService } from "../../src/training/training-service.js";
import { type ServedGym, serveGym } from "../soar/fixtures/serve-gym.js";
import { smallGym } from "../soar/fixtures/small-gym.js";

/* Every protocol, and interruptions, against the real server and a real SOAR run. */

let gym: ServedGym;
let server: LocalServer;
let folder: string;
let run: RunRecord;

const small = {
  ...smallGym,
  outerSteps: 2,
  questionsPerDataset: 6,
  promotion: { threshold: -2, window: 1 },
} satisfies SoarConfigInput;

beforeAll(async () => {
  gym = await serveGym();
  ({ server, folder } = gym);
  run = await runSoar({ folder: join(folder, "soar"), config: parseConfig(small), server });
});

afterAll(() => gym?.stop());

const fast = { training: { steps: 5, warmup: 3 }, test: { every: 2, samples: 4, k: [1, 4] } };

function configOf(protocol: ProtocolName, changes: object = {}) {
  return evaluationConfigFor({
    protocol,
    base: run.config,
    run: run.folder,
    changes: { ...fast, ...changes },
  });
}

/** All that an evaluation came to, less times and names of checkpoints. */
function outcome({ evaluations, questions, ended }: EvaluationRecord) {
  return {
    ended,
    questions,
    evaluations: evaluations.map(({ step, correct, training }) => ({
      step,
      correct,
      training: training.map(metrics =>
        Object.fromEntries(Object.entries(metrics).filter(([name]) => !name.startsWith("time/"))),
      ),
    })),
  };
}

describe("protocols", () => {
  const changes: Partial<Record<ProtocolName, object>> = {
    "hard-only-128": { student: { groupSize: 16 } },
    serl: { questions: { count: 4, votes: 8, learnable: [0, 1] } },
    // Its few samples may all be wrong, and then none is left of this subset.
    "pq-correct": { questions: { subset: "well-posed" } },
  };
  const names = (Object.keys(protocols) as ProtocolName[]).filter(name => !name.startsWith("oracle"));

  it.each(names)("%s", async protocol => {
    const isTrained = !["base", "ps", "direct"].includes(protocol);
    const config = configOf(protocol, {
      ...changes[protocol],
      ...(isTrained ? {} : { training: { steps: 0 } }),
    });
    const record = await runEvaluation({ folder: join(folder, protocol), config, server });
    expect(record.ended).toBe(true);
    expect(record.evaluations.map(({ step }) => step)).toEqual(isTrained ? [0, 2, 4, 5] : [0]);
    expect(record.rewards).toHaveLength(isTrained ? 5 : 0);
    expect(record.start!.problems).toHaveLength(64);
    for (const { correct } of record.evaluations) {
      expect(correct).toHaveLength(64);
      expect(correct.every(count => count >= 0 && count <= 4)).toBe(true);
    }
    expect(await readEvaluationCounts(record.folder)).toHaveLength(64);
    const { questions } = config;
    if (questions.from === "none") expect(record.questions).toEqual([]);
    if (questions.from === "promotions" && questions.subset === "all") {
      expect(record.questions.map(row => row.question)).toEqual(
        run.promotionQuestions.map(row => row.question),
      );
    }
    if (questions.from === "teacher" || questions.from === "base") {
      expect(record.questions).toHaveLength(questions.count);
    }
    // SeRL poses anew after every evaluation that training follows.
    if (questions.from === "self-play") {
      expect([...new Set(record.questions.map(({ step }) => step))]).toEqual([0, 2, 4]);
    }
  });

  it("oracle pools: all problems of a file, or some at random", async () => {
    const pool = join(folder, "pool.jsonl");
    const problems = gymProblems({ count: 30, terms: [3], seed: 1 });
    await writeFile(pool, problems.map(problem => `${JSON.stringify(problem)}\n`).join(""));
    const steps = { training: { steps: 1 } };
    const all = await runEvaluation({
      folder: join(folder, "oracle-pool"),
      config: configOf("oracle-pool", { ...steps, questions: { path: pool } }),
      server,
    });
    expect(all.questions).toHaveLength(30);
    const some = await runEvaluation({
      folder: join(folder, "oracle-128"),
      config: configOf("oracle-128", { ...steps, questions: { path: pool, count: 8 } }),
      server,
    });
    expect(new Set(some.questions.map(({ question }) => question)).size).toBe(8);
    await expect(
      runEvaluation({
        folder: join(folder, "oracle-few"),
        config: configOf("oracle-128", { ...steps, questions: { path: pool, count: 31 } }),
        server,
      }),
    ).rejects.toThrow(/pool\.jsonl: 30 problems, expected 31/);
  });

  it("needs questions to begin self-play with", async () => {
    // Of 8 votes there is no share between 4/8 and 5/8.
    const questions = { count: 1, votes: 8, learnable: [0.55, 0.6] };
    const config = configOf("serl", { questions });
    await expect(runEvaluation({ folder: join(folder, "sure"), config, server })).rejects.toThrow(
      "the student posed no question that is learnable for it",
    );
  });

  it("transfers to another data set by naming its halves", async () => {
    const test = join(folder, "easy.jsonl");
    const problems = gymProblems({ count: 10, terms: [2], seed: 3 });
    await writeFile(test, problems.map(problem => `${JSON.stringify(problem)}\n`).join(""));
    const config = configOf("transfer", { hard: { train: test, test }, training: { steps: 2 } });
    const record = await runEvaluation({ folder: join(folder, "transferred"), config, server });
    expect(record.start!.problems).toEqual(problems.map(({ id }) => id));
    // Two terms are what the gym's base model can do.
    const { correct } = record.evaluations[0]!;
    expect(correct.reduce((sum, count) => sum + count, 0) / 40).toBeGreaterThan(0.7);
  });

  it("takes verdicts from a file, and says when there are none", async () => {
    const verdicts = join(folder, "verdicts.jsonl");
    const { question, answer } = run.promotionQuestions[0]!;
    const verdict = { isWellPosed: true, isCorrect: true, errorType: "None", verifiedAnswer: answer };
    const questions = { verdicts };
    const config = configOf("pq-correct", { questions, training: { steps: 1 } });
    await expect(runEvaluation({ folder: join(folder, "unjudged"), config, server })).rejects.toThrow(
      /verdicts\.jsonl/,
    );
    await writeFile(
      verdicts,
      run.promotionQuestions
        .map(row => ({
          ...row,
          verdict:
            row.question === question ? verdict : { ...verdict, isCorrect: false, errorType: "Arithmetic" },
        }))
        .map(row => `${JSON.stringify(row)}\n`)
        .join(""),
    );
    const record = await runEvaluation({ folder: join(folder, "judged"), config, server });
    expect(new Set(record.questions.map(row => row.question))).toEqual(new Set([question]));
  });
});

describe("a run without promotions", () => {
  it("has no PS and no PQ, and says so", async () => {
    const config = parseConfig({ ...small, outerSteps: 1, promotion: { enabled: false } });
    const none = await runSoar({ folder: join(folder, "unpromoted"), config, server });
    for (const protocol of ["ps", "pq"] as const) {
      const asked = evaluationConfigFor({ protocol, base: none.config, run: none.folder });
      await expect(
        runEvaluation({ folder: join(folder, `no-${protocol}`), config: asked, server }),
      ).rejects.toThrow("unpromoted promoted no student in 1 outer steps");
    }
  });
});

describe("interruptions", () => {
  it.each(["pq-mixed", "serl"] as const)("%s ends as if it had never been stopped", async protocol => {
    const changes = protocol === "serl" ? { questions: { count: 4, votes: 8, learnable: [0, 1] } } : {};
    const config = configOf(protocol, changes);
    const whole = await readEvaluation(join(folder, protocol));
    const own = join(folder, `stopped-${protocol}`);
    // Stopped in the first training step, in the middle of a block, and while it evaluates.
    const stops = [
      { step: 1, phase: "training" },
      { step: 3, phase: "training" },
      { step: 4, phase: "evaluating" },
    ];
    for (const [i, stop] of stops.entries()) {
      const controller = new AbortController();
      await expect(
        runEvaluation({
          folder: own,
          config: i === 0 ? config : undefined,
          server,
          signal: controller.signal,
          onProgress: ({ step, phase }) => {
            if (step === stop.step && phase === stop.phase) controller.abort(new Error("stopped here"));
          },
        }),
      ).rejects.toThrow("stopped here");
      expect((await readEvaluation(own)).ended).toBe(false);
    }
    // A writer killed in the middle of a line.
    await appendFile(join(own, "events.jsonl"), '{"type":"evaluation","at":"2026-');
    await appendFile(join(own, "questions.jsonl"), '{"step":4,"question":"add a 1');
    const notices: string[] = [];
    const record = await runEvaluation({ folder: own, server, onNotice: notice => notices.push(notice) });
    expect(outcome(record)).toEqual(outcome(whole));
    expect(notices).toEqual([`${own}/events.jsonl: dropped a last line that was cut short`]);
  });

  it("leaves no state on the server, also where it was killed before it deleted one", async () => {
    const config = configOf("hard-only");
    const own = join(folder, "killed");
    const states = async () => {
      const names = await readdir(join(folder, "checkpoints"), { recursive: true });
      return names.map(name => basename(name)).filter(name => name.startsWith("evaluated-"));
    };
    expect(await states()).toEqual([]);
    const log = await EventLog.create(evaluationLogKind, own, config);
    const lab = await openExperiment({ config, server });
    // Dies when the evaluation at step 2 is in the log and the state at step 0 is still there.
    const killed = vi.spyOn(TrainingService.prototype, "deleteCheckpoint");
    killed.mockRejectedValue(new Error("killed here"));
    const drain = async () => {
      for await (const _ of evaluationLoop({ lab, log, run: undefined }));
    };
    await expect(drain()).rejects.toThrow("killed here");
    killed.mockRestore();
    await lab.close();
    await log.close();
    expect((await readEvaluation(own)).evaluations.map(({ step }) => step)).toEqual([0, 2]);
    expect((await states()).sort()).toEqual(["evaluated-0", "evaluated-2"]);

    const record = await runEvaluation({ folder: own, server });
    expect(await states()).toEqual([]);
    expect(outcome(record)).toEqual(outcome(await readEvaluation(join(folder, "hard-only"))));
  });

  it("has one loop at a time, and is refused once two programs wrote its log", async () => {
    const config = configOf("hard-only");
    const own = join(folder, "two-loops");
    const first = runEvaluation({ folder: own, config, server });
    await expect(runEvaluation({ folder: own, config, server })).rejects.toThrow(
      /two-loops is in use in this process already/,
    );
    const { evaluations } = await first;
    expect(evaluations.map(({ step }) => step)).toEqual([0, 2, 4, 5]);

    const path = join(own, "events.jsonl");
    const lines = (await readFile(path, "utf8")).split("\n");
    await writeFile(path, [...lines.slice(0, 3), lines[2], ...lines.slice(3)].join("\n"));
    await expect(readEvaluation(own)).rejects.toThrow(
      /events\.jsonl:4: step 2 a second time, expected step 4: two programs wrote this log/,
    );
    await writeFile(path, [...lines.slice(0, 2), ...lines.slice(3)].join("\n"));
    await expect(runEvaluation({ folder: own, server })).rejects.toThrow(/:3: step 4, expected step 2/);
  });

  it("does not go on with other test problems than it began with", async () => {
    const test = join(folder, "changing.jsonl");
    const write = (count: number) => {
      const problems = gymProblems({ count, terms: [2], seed: 3 });
      return writeFile(test, problems.map(problem => `${JSON.stringify(problem)}\n`).join(""));
    };
    await write(6);
    const own = join(folder, "changed");
    const config = configOf("hard-only", { hard: { test } });
    const controller = new AbortController();
    const stopped = runEvaluation({
      folder: own,
      config,
      server,
      signal: controller.signal,
      onEvaluation: () => controller.abort(new Error("stopped here")),
    });
    await expect(stopped).rejects.toThrow("stopped here");
    await write(5);
    await expect(runEvaluation({ folder: own, server })).rejects.toThrow(
      `${test} (hard.test) no longer has the problems that ${own} began with`,
    );
  });

  it("a folder whose evaluation could not begin can be used for a mended one", async () => {
    const own = join(folder, "mistyped");
    const config = (path: string) => configOf("oracle-128", { questions: { path }, training: { steps: 1 } });
    await expect(runEvaluation({ folder: own, config: config("nope.jsonl"), server })).rejects.toThrow(
      "questions.path: there is no file nope.jsonl",
    );
    const mended = config("data/gym-hard/train.jsonl");
    expect(await runStatus(evaluationLogKind, { folder: own, config: mended })).toBe("missing");
    const { questions } = mended;
    const few = { ...mended, questions: { ...questions, count: 8 } } as EvaluationConfig;
    expect((await runEvaluation({ folder: own, config: few, server })).ended).toBe(true);
  });

  it("running an ended evaluation again reads it, and does nothing", async () => {
    const before = await readFile(join(folder, "pq", "events.jsonl"), "utf8");
    const record = await runEvaluation({ folder: join(folder, "pq"), server });
    expect(record.ended).toBe(true);
    expect(await readFile(join(folder, "pq", "events.jsonl"), "utf8")).toBe(before);
  });
});
