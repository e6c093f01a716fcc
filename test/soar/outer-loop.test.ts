import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLab } from "../../src/soar/open-lab.js";
import { outerLoop } from "../../src/soar/outer-loop.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { RunLog, readRun } from "../../src/soar/run-log.js";
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

  const { url, apiKey } = server;
  const session = await fetch(`${url}/api/v1/sessions/${lab.service.sessionId}`, {
    headers: { "x-api-key": apiKey },
  });
  expect(await session.json()).toMatchObject({ training_run_ids: [] });
  await log.close();
  await lab.close();
});
