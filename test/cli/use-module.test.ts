import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvaluation } from "../../src/evaluation/read-evaluation.js";
import { readRun } from "../../src/soar/run-log.js";
import { packageRoot } from "../../src/util/package-root.js";

/* `--use`: the countdown example as a user's module, through the real command line and server. */

let folder: string;
let built: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-use-"));
  // Inside the package, where "soarlab" is found by its own name.
  await mkdir(join(packageRoot, "dist"), { recursive: true });
  built = await mkdtemp(join(packageRoot, "dist", "use-test-"));
  for (const name of ["countdown", "puzzle", "rational"]) {
    const source = await readFile(join(packageRoot, "examples/countdown", `${name}.ts`), "utf8");
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    await writeFile(join(built, `${name}.js`), ts.transpileModule(source, { compilerOptions }).outputText);
  }
  // The notation of the gym's model, which writes chains: "add a 3 +b 4 -c 2".
  await writeFile(
    join(built, "mine.mjs"),
    `import * as soar from "soarlab";
    import { countdown } from "./countdown.js";
    export const domain = countdown({
      prompts: soar.gymDomain.prompts,
      puzzle: question => {
        const terms = [...question.matchAll(/([+-]?)[a-h] (\\d)/g)].map(([, sign, digit]) => Number(sign + digit));
        if (terms.length < 2) return undefined;
        return { numbers: terms.map(Math.abs), target: terms.reduce((sum, term) => sum + term, 0) };
      },
      expression: completion =>
        soar.extractBoxed(completion)?.replace(/^a (\\d)/, "$1").replace(/([+-])[b-h] (\\d) \\d/g, "$1 $2"),
    });
    export const teacherReward = {
      name: "flat", version: "1", unit: "points", needsStudents: true, updatesTeacher: true,
      rewards: async (_lab, { datasets }) => datasets.map((_, k) => k),
    };`,
  );
});

afterAll(() => rm(built, { recursive: true }));

async function soarlab(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [join(packageRoot, "dist/cli/main.js"), ...args], { cwd: folder });
  let stderr = "";
  child.stderr.on("data", chunk => {
    stderr += chunk;
  });
  return new Promise(resolve => child.once("close", code => resolve({ code, stderr })));
}

const small = ["outerSteps=1", "datasets=2", "questionsPerDataset=4", "rewardQuestions=8", "student.steps=1"];
const one = [...small, "student.batchSize=4"].flatMap(change => ["--set", change]);

describe("soarlab --use", () => {
  it("runs, resumes and evaluates with a domain and a reward from outside, and asks for them", async () => {
    const use = ["--use", join(built, "mine.mjs")];
    const run = join(folder, "run");
    expect(await soarlab("run", "gym", ...one, "--out", run, ...use)).toMatchObject({ code: 0 });
    const { config, steps } = await readRun(run);
    expect(config.domain).toEqual({ name: "countdown", version: "1" });
    expect(config.teacher.reward).toEqual({ name: "flat", version: "1", unit: "points" });
    expect(steps).toHaveLength(1);

    const asks = /domain is "countdown", version 1, .*--use MODULE/;
    expect(await soarlab("resume", run)).toMatchObject({ code: 1, stderr: expect.stringMatching(asks) });
    expect(await soarlab("resume", run, ...use)).toMatchObject({ code: 0 });

    const evaluation = join(folder, "base");
    const base = ["evaluate", "base", "--run", run, "--out", evaluation];
    const short = ["--set", "test.samples=2", "--set", "test.k=[1]"];
    expect(await soarlab(...base, ...short)).toMatchObject({ code: 1, stderr: expect.stringMatching(asks) });
    expect(await soarlab(...base, ...short, ...use)).toMatchObject({ code: 0 });
    expect((await readEvaluation(evaluation)).config.domain).toEqual({ name: "countdown", version: "1" });
  }, 240_000);

  it.each([
    ["export const answer = 1;", /exports answer; expected at least one of domain, teacherReward, sampler/],
    ['export const domain = { name: "mine" };', /domain\.version: /],
    ['export const sampler = { name: "mine", version: "1" };', /sampler: expected a name, a version, and/],
    ["export const = 1;", /cannot be loaded: /],
  ])("says what is wrong with %j", async (source, message) => {
    const path = join(built, `bad-${source.length}.mjs`);
    await writeFile(path, source);
    const { code, stderr } = await soarlab("run", "gym", "--use", path);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it("names a file that is not there", async () => {
    expect((await soarlab("run", "gym", "--use", "none.mjs")).stderr).toMatch(
      /--use none\.mjs: no such file/,
    );
  });
});
