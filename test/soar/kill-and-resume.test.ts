import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runOwner } from "../../src/lab/event-log.js";
import { readRun } from "../../src/soar/run-log.js";
import { type LocalServer, startLocalServer } from "../../src/training/start-local-server.js";
import { packageRoot } from "../../src/util/package-root.js";
import { createRandom } from "../../src/util/random.js";

/*
 * Kills real runs with SIGKILL at random instants, the client or the server, and resumes them until they are done: what
 * they end with must be what a run ends with that nobody killed, bit for bit.
 */

const cli = join(packageRoot, "dist/cli/main.js");

/** All phases of SOAR in a few seconds: promotes at the first full window, whatever the reward. */
const configFile = join(packageRoot, "test/soar/fixtures/kill-and-resume.json");

const kills = 20;

let folder: string;
let server: LocalServer;
let expected: unknown;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-kill-"));
  server = await startLocalServer({
    model: join(packageRoot, "data/gym-base"),
    device: "cpu",
    checkpoints: join(folder, "served"),
  });
  const run = soarlab("run", configFile, "--out", join(folder, "whole"));
  expect(await exitOf(run)).toBe(0);
  expected = await outcome("whole");
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

it("gives the same run twice", async () => {
  expect(
    await exitOf(soarlab("run", configFile, "--out", join(folder, "again"), "--server", server.url)),
  ).toBe(0);
  expect(await outcome("again", join(folder, "served"))).toEqual(expected);
});

it(`ends with the same events, D_best and weights after ${kills} kills of the client`, {
  timeout: 300_000,
}, async () => {
  const random = createRandom(`kills/${process.env.SOARLAB_TEST_SEED ?? 0}`);
  let killed = 0;
  for (let i = 0; killed < kills; i++) {
    const name = `killed-${i}`;
    let run = soarlab("run", configFile, "--out", join(folder, name), "--server", server.url);
    for (;;) {
      // The last run is left alone once there were enough: a busy machine may not come to a step before a kill.
      const code = killed < kills ? await killAfter(run, 300 + random.next() * 2500) : await exitOf(run);
      if (code === 0) break;
      killed++;
      run = soarlab("resume", join(folder, name));
      if (!(await hasConfig(name)))
        run = soarlab("run", configFile, "--out", join(folder, name), "--server", server.url);
    }
    expect(await outcome(name, join(folder, "served"))).toEqual(expected);
  }
});

it("goes on after its server was killed", { timeout: 120_000 }, async () => {
  const random = createRandom("server-kills");
  let run = soarlab("run", configFile, "--out", join(folder, "server-killed"));
  for (let i = 0; i < 2; i++) {
    await aStepOf(run);
    await sleep(random.next() * 300);
    for (const pid of await childrenOf(run.pid!)) process.kill(pid, "SIGKILL");
    const started = performance.now();
    expect(await exitOf(run)).not.toBe(0);
    expect(performance.now() - started, "the client notices at once").toBeLessThan(5000);
    expect(await runOwner(join(folder, "server-killed"))).toBeUndefined();
    run = soarlab("resume", join(folder, "server-killed"));
  }
  expect(await exitOf(run)).toBe(0);
  expect(await outcome("server-killed")).toEqual(expected);
});

it("stops at once on Ctrl-C, leaves no server behind, and says how to go on", async () => {
  const run = soarlab("run", configFile, "--out", join(folder, "interrupted"));
  let stderr = "";
  run.stderr!.on("data", chunk => {
    stderr += chunk;
  });
  await aStepOf(run);
  const children = await childrenOf(run.pid!);
  run.kill("SIGINT");
  const started = performance.now();
  expect(await exitOf(run)).toBe(130);
  expect(performance.now() - started).toBeLessThan(4000);
  expect(stderr).toContain(`soarlab resume ${join(folder, "interrupted")}`);
  expect(children.length).toBeGreaterThan(0);
  for (const pid of children) expect(() => process.kill(pid, 0)).toThrow();
  expect(await exitOf(soarlab("resume", join(folder, "interrupted")))).toBe(0);
  expect(await outcome("interrupted")).toEqual(expected);
});

it("leaves no server behind when it is killed", async () => {
  const run = soarlab("run", configFile, "--out", join(folder, "orphan"));
  let children: number[] = [];
  while (children.length === 0) children = await childrenOf(run.pid!);
  await sleep(1500);
  run.kill("SIGKILL");
  await exitOf(run);
  await expect.poll(() => children.filter(isAlive), { timeout: 10_000 }).toEqual([]);
});

function soarlab(...args: string[]): ChildProcess {
  return spawn(process.execPath, [cli, ...args], {
    cwd: packageRoot,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, TINKER_API_KEY: server.apiKey },
  });
}

/** Waits until a run reports a finished outer step. */
function aStepOf(run: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    run.stderr!.on("data", chunk => String(chunk).includes("step ") && resolve());
    run.once("exit", code => reject(new Error(`the run ended (${code}) before it finished a step`)));
  });
}

/** The exit code; -1 for a process that a signal ended. */
function exitOf(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? -1);
  return new Promise(resolve => child.once("exit", code => resolve(code ?? -1)));
}

async function killAfter(child: ChildProcess, ms: number): Promise<number> {
  const timer = setTimeout(() => child.kill("SIGKILL"), ms);
  const code = await exitOf(child);
  clearTimeout(timer);
  return code;
}

async function hasConfig(name: string): Promise<boolean> {
  const names: string[] = await readdir(join(folder, name)).catch(() => []);
  return names.includes("config.json");
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** All that a run came to: its events less times and names of checkpoints, its questions, its final weights. */
async function outcome(name: string, checkpoints = join(folder, name, "checkpoints")) {
  const run = await readRun(join(folder, name));
  const weights = async (path: string) => {
    const { host, pathname } = new URL(path);
    const file = join(checkpoints, host, pathname, "model.safetensors");
    return createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  };
  return {
    ended: run.ended,
    steps: run.steps.map(
      ({ rewards, baselineAccuracy, movingAverage, teacher: { sampled, rejected }, metrics }) => ({
        rewards,
        baselineAccuracy,
        movingAverage,
        sampled,
        rejected,
        metrics: Object.fromEntries(
          Object.entries(metrics).filter(([name]) => !/seconds|time|http/.test(name)),
        ),
      }),
    ),
    promotions: await Promise.all(
      run.promotions.map(async ({ checkpoint, ...rest }) => ({
        ...rest,
        weights: await weights(checkpoint),
      })),
    ),
    questions: run.questions,
    promotionQuestions: run.promotionQuestions,
    teacher: await weights(run.steps.at(-1)!.teacher.checkpoint),
  };
}
