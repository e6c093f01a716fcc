import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/soar/parse-config.js";
import { presets } from "../../src/soar/presets.js";
import { RunLog } from "../../src/soar/run-log.js";
import { packageRoot } from "../../src/util/package-root.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-cli-"));
});

/** Runs the real command line. */
function soarlab(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [join(packageRoot, "dist/cli/main.js"), ...args],
      { cwd: folder },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      },
    );
  });
}

describe("soarlab run", () => {
  it.each([
    [["run", "constructor"], /constructor is neither a preset/],
    [["run", "gmy"], /gmy is neither a preset \(paper, one-gpu, gym, gym-long, smollm2\) nor a file/],
    [["run", "gym", "--set", "student.step=3"], /student\.step: unknown; did you mean steps\?/],
    [["run", "gym", "--set", "nonsense"], /expected path=value/],
    [["run", "gym", "--set", "seed=["], /--set seed=\[: the value is not valid YAML: .*must end with a \]/],
    [["run", "gym", "--set", "hard.train=none.jsonl"], /hard\.train: there is no file none\.jsonl/],
    [["resume", "nowhere"], /nowhere is no run: it has no config\.json/],
    [["runs", "nowhere"], /nowhere: no such folder/],
    [["run", "."], /\.: a folder, expected a JSON or YAML file/],
    [["frobnicate"], /unknown command 'frobnicate'/],
    [["serve", "--port", "80000"], /--port.*80000.*expected a whole number from 0 to 65535/],
    [["serve", "--device", "gpu"], /--device.*Allowed choices are auto, cpu, cuda/],
    [["gym", "hard", "--k", "many"], /--k.*many.*expected a whole number, at least 1/],
  ])("%j says what is wrong", async (args, message) => {
    const { code, stderr } = await soarlab(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
  });

  it("reads YAML, and names the file of a wrong field", async () => {
    await writeFile(join(folder, "mine.yaml"), "domain: gym\nhard: {train: a, test: b}\nouterSteps: many\n");
    const { stderr } = await soarlab("run", "mine.yaml");
    expect(stderr).toMatch(/mine\.yaml is not valid:\s+outerSteps: .*number.* \(got "many"\)/);
  });
});

describe("soarlab run, a second time", () => {
  it("shows a finished run again, and refuses a folder with another configuration", async () => {
    const config = parseConfig({ ...presets.gym, outerSteps: 1 });
    const log = await RunLog.create(join(folder, "done"), config);
    const at = new Date().toISOString();
    await log.append({
      type: "start",
      at,
      version: "0",
      baseModel: "gym-base",
      baseline: { train: 0, test: 0 },
    });
    await log.append({ type: "end", at });
    await log.close();
    const again = await soarlab("run", "gym", "--set", "outerSteps=1", "--out", "done");
    expect(again.code).toBe(0);
    expect(again.stderr).toContain("done is complete");
    expect(again.stdout).toContain("0 outer steps, 0 promotions");
    const other = await soarlab("run", "gym", "--out", "done");
    expect(other.code).toBe(1);
    expect(other.stderr).toContain("done holds a run of another configuration");
  });
});

describe("soarlab resume", () => {
  it("says how to go on with a study", async () => {
    await mkdir(join(folder, "study"));
    await writeFile(join(folder, "study/study.json"), "{}");
    const { code, stderr } = await soarlab("resume", "study");
    expect(code).toBe(1);
    expect(stderr).toBe("soarlab: study holds a study; resume it with its study file: soarlab study FILE\n");
  });
});

describe("soarlab grade", () => {
  it("fails on a file without rows", async () => {
    await writeFile(join(folder, "empty.jsonl"), "");
    const { code, stdout, stderr } = await soarlab("grade", "empty.jsonl");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/empty\.jsonl: no rows; expected at least one/);
  });

  it("makes the folder of its verdicts, and never writes over what it reads", async () => {
    const rows = '{"gold":"1/2","answer":"0.5"}\n';
    await writeFile(join(folder, "answers.jsonl"), rows);
    const same = await soarlab("grade", "answers.jsonl", "--out", "./answers.jsonl");
    expect(same.code).toBe(1);
    expect(same.stderr).toContain("answers.jsonl: --out must name another file than the input");
    expect(await readFile(join(folder, "answers.jsonl"), "utf8")).toBe(rows);
    const { code, stdout } = await soarlab("grade", "answers.jsonl", "--out", "new/verdicts.jsonl");
    expect(code).toBe(0);
    expect(stdout).toContain("accuracy 100.00%  (1 of 1)");
    expect(await readFile(join(folder, "new/verdicts.jsonl"), "utf8")).toMatch(/"verdict":"equal"/);
  });
});

describe("soarlab --version", () => {
  it("says the package's", async () => {
    const { version } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
    expect((await soarlab("--version")).stdout).toBe(`${version}\n`);
  });
});

describe("soarlab runs", () => {
  it("lists runs with their state, and passes over what is none", async () => {
    const runs = join(folder, "listed");
    const log = await RunLog.create(join(runs, "first"), parseConfig(presets.gym));
    const at = new Date().toISOString();
    const baseline = { train: 0, test: 0 };
    await log.append({ type: "start", at, version: "0", baseModel: "gym-base", baseline });
    await log.close();
    await writeFile(join(runs, "notes.txt"), "");
    const { code, stdout } = await soarlab("runs", "listed");
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(stdout).toMatch(/listed\/first +interrupted +0\/26 +0 +0 +0\.000/);
  });
});
