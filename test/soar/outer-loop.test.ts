import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Lab } from "../../src/lab/lab.js";
import type { StepEvent } from "../../src/soar/events.js";
import { openLab } from "../../src/soar/open-lab.js";
import { outerLoop } from "../../src/soar/outer-loop.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { RunLog, readRun } from "../../src/soar/run-log.js";
import { runSoar } from "../../src/soar/run-soar.js";
import type { LocalServer } from "../../src/training/start-local-server.js";
import { type ServedGym, serveGym } from "./fixtures/serve-gym.js";
import { smallGym } from "./fixtures/small-gym.js";

let gym: ServedGym;
let server: LocalServer;
let folder: string;

beforeAll(async () => {
  gym = await serveGym();
  ({ server, folder } = gym);
});

afterAll(() => gym?.stop());

const config = parseConfig({ ...smallGym, promotion: { threshold: -2, window: 2 } });

/** Names of the checkpoints on the server. */
async function kept(): Promise<string[]> {
  const entries = await readdir(join(folder, "checkpoints"), { recursive: true, withFileTypes: true });
  return entries
    .filter(({ name }) => name === "model.safetensors")
    .map(({ parentPath }) => parentPath.slice(parentPath.lastIndexOf("/") + 1))
    .sort();
}

/** Models of a lab's session that the server holds. */
async function loaded(lab: Lab): Promise<string[]> {
  const { url, apiKey } = server;
  const session = await fetch(`${url}/api/v1/sessions/${lab.service.sessionId}`, {
    headers: { "x-api-key": apiKey },
  });
  return ((await session.json()) as { training_run_ids: string[] }).training_run_ids;
}

it("leaves the last teacher and the promoted baselines on the server, and no model in its memory", async () => {
  const run = join(folder, "run");
  const killed = await openLab({ config, server });
  let log = await RunLog.create(run, config);
  // Ends like a process that is killed once the second step is in the log.
  for await (const { step } of outerLoop(killed, log)) if (step === 1) break;
  await log.close();
  await killed.close();
  expect(await kept()).toEqual(["baseline-1", "teacher-0", "teacher-1"]);

  const lab = await openLab({ config, server });
  log = await RunLog.resume(run);
  const steps = [];
  for await (const { step } of outerLoop(lab, log)) steps.push([step, await kept()]);
  expect(steps).toEqual([[2, ["baseline-1", "teacher-1", "teacher-2"]]]);
  expect(await kept()).toEqual(["baseline-1", "teacher-2"]);
  expect((await readRun(run)).ended).toBe(true);

  expect(await loaded(lab)).toEqual([]);
  await log.close();
  await lab.close();
});

it("runs one loop over a log; left, closed or aborted, it ends, and the next one resumes", async () => {
  const run = join(folder, "one-loop");
  const stop = new AbortController();
  const lab = await openLab({ config, server });
  let log = await RunLog.create(run, config);
  const drain = async () => {
    for await (const _ of outerLoop(lab, log));
  };

  // Left after the first step.
  for await (const { step } of outerLoop(lab, log)) if (step === 0) break;
  expect(await loaded(lab)).toEqual([]);

  // Aborted in the middle of the second one; the lab is as good as before.
  const aborted = drain();
  await expect(drain()).rejects.toThrow(/a loop over .*one-loop is under way/);
  const closing = log.close();
  await expect(aborted).rejects.toThrow(/one-loop was closed/);
  await closing;
  await expect.poll(() => loaded(lab)).toEqual([]);

  // A loop that nobody asks for its next step any more does not keep the next one waiting.
  log = await RunLog.resume(run);
  const forgotten = outerLoop({ ...lab, signal: stop.signal }, log);
  expect(await forgotten.next()).toMatchObject({ value: { step: 1 } });
  stop.abort(new Error("stopped"));
  await drain();
  await expect(forgotten.next()).rejects.toThrow("stopped");
  await log.close();
  await lab.close();

  // Over a run that has ended there is nothing to do.
  const ended = await openLab({ config, server });
  log = await RunLog.resume(run);
  for await (const _ of outerLoop(ended, log)) expect.unreachable();
  await log.close();
  await ended.close();

  const whole = await runSoar({ folder: join(folder, "whole"), config, server });
  const { steps, ended: isEnded } = await readRun(run);
  const outcome = ({ step, rewards, gains, movingAverage }: StepEvent) => [
    step,
    rewards,
    gains,
    movingAverage,
  ];
  expect(isEnded).toBe(true);
  const types = (await readFile(join(run, "events.jsonl"), "utf8")).match(/"type":"(\w+)"/g);
  expect(types?.filter(type => type.includes("end"))).toHaveLength(1);
  expect(steps.map(outcome)).toEqual(whole.steps.map(outcome));
});
