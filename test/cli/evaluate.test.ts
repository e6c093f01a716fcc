import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { packageRoot } from "../../src/util/package-root.js";
import { serveGym } from "../soar/fixtures/serve-gym.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-evaluate-"));
});

/** Runs the real command line; stops it with Ctrl-C as soon as it has said something. */
function soarlab(
  args: string[],
  stopAt?: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(packageRoot, "dist/cli/main.js"), ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  let [stdout, stderr, isStopped] = ["", "", false];
  child.stdout.on("data", chunk => {
    stdout += chunk;
  });
  child.stderr.on("data", chunk => {
    stderr += chunk;
    if (stopAt && !isStopped && stderr.includes(stopAt)) isStopped = child.kill("SIGINT");
  });
  return new Promise(resolve => child.once("close", code => resolve({ code, stdout, stderr })));
}

const short = [
  "--set",
  "training.steps=4",
  "--set",
  "test.every=2",
  "--set",
  "test.samples=4",
  "--set",
  "test.k=[1,4]",
];

describe("soarlab evaluate", () => {
  it.each([
    [["evaluate", "hard-onyl"], /unknown protocol hard-onyl; did you mean hard-only\?/],
    [["evaluate", "toString"], /unknown protocol toString; known: base, /],
    [
      ["evaluate", "pq", "--run", "r", "--config", "gym"],
      /--config cannot be used with --run: the run has its own configuration/,
    ],
    [["evaluate", "pq"], /pq evaluates a SOAR run; give its folder with --run/],
    [["evaluate", "ps", "--run", "nowhere"], /nowhere is no run: it has no config\.json/],
    [["evaluate", "base", "--set", "test.sample=3"], /test\.sample: unknown; did you mean samples\?/],
    [
      ["evaluate", "oracle-pool", "--set", "questions.path=none.jsonl"],
      /questions\.path: there is no file none\.jsonl/,
    ],
  ])("%j says what is wrong", async (args, message) => {
    const { code, stderr } = await soarlab(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
  });

  it("evaluates the model behind an OpenAI-compatible endpoint, and names it when it is asked for again", async () => {
    const gym = await serveGym();
    onTestFinished(() => gym.stop());
    const { url, apiKey } = gym.server;
    const samples = ["--set", "test.samples=4", "--set", "test.k=[1,4]"];
    const args = [
      "evaluate",
      "base",
      "--endpoint",
      `${url}/v1`,
      "--endpoint-model",
      "gym-base",
      "--out",
      "endpoint",
    ];
    const evaluate = () => soarlab([...args, ...samples], undefined, { OPENAI_API_KEY: apiKey });
    const first = await evaluate();
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/endpoint: 64 problems x 4 samples/);
    expect((await evaluate()).stderr).toContain("endpoint is complete:");
    const resumed = await soarlab(["resume", "endpoint"]);
    expect(resumed.stderr).toMatch(/sampler is "completions\/gym-base", version 1.*\{ sampler \}/);
  });

  it("evaluates, stops on Ctrl-C, goes on by resume, and shows a finished one again", async () => {
    const out = join(folder, "hard");
    const stopped = await soarlab(["evaluate", "hard-only", ...short, "--out", out], "step    2");
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toContain(`soarlab resume ${out}`);
    const resumed = await soarlab(["resume", out]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).not.toContain("step    0");
    expect(resumed.stderr).toContain("step    4  pass@1");
    expect(resumed.stdout).toMatch(/64 problems x 4 samples, 0 synthetic questions; evaluated at step 4/);
    expect(resumed.stdout).toMatch(/ {2}4 +\d+\.\d% +\d+\.\d% to +\d+\.\d%/);
    const again = await soarlab(["evaluate", "hard-only", ...short, "--out", out]);
    expect(again.stderr).toContain("is complete:");
    expect(again.stdout).toBe(resumed.stdout);
    const other = await soarlab(["evaluate", "hard-only", "--out", out]);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(
      /holds a run of another configuration \(training\.steps: 4 there, 24 wanted\)/,
    );
  });
});
