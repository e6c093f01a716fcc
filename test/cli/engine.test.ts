import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { EngineReport } from "../../src/training/engine/check-engine.js";
import { type LocalServer, startLocalServer } from "../../src/training/start-local-server.js";
import { packageRoot } from "../../src/util/package-root.js";

let server: LocalServer;

beforeAll(async () => {
  server = await startLocalServer({ model: join(packageRoot, "data/gym-base"), device: "cpu" });
});

afterAll(() => server?.stop());

function check(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const cli = join(packageRoot, "dist/cli/main.js");
  const env = { ...process.env, TINKER_API_KEY: server.apiKey };
  return new Promise(resolve => {
    execFile(process.execPath, [cli, "engine", "check", ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

it("tells of our server that it follows the API in every row", async () => {
  const { code, stdout } = await check(server.url, "--rank", "4", "--json");
  const report: EngineReport = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(report).toMatchObject({ url: server.url, baseModel: "gym-base", rank: 4 });
  expect(report.checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(report.checks.map(({ name }) => name)).toContain("an old sampler, after more training");
});

it("says what is wrong where there is no engine, no such model, or no such rank", async () => {
  expect((await check("localhost")).stderr).toContain("is no address of a training server");
  expect((await check(server.url, "--model", "other")).stderr).toContain("does not offer the model other");
  expect((await check(server.url, "--rank", "-1")).stderr).toMatch(/rank/);
});
