import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runStatus } from "../../src/lab/run-status.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { presets } from "../../src/soar/presets.js";
import { RunLog, soarLogKind } from "../../src/soar/run-log.js";

it("knows what is missing, begun and ended, and refuses another configuration only once it began", async () => {
  const folder = await mkdtemp(join(tmpdir(), "soarlab-standing-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const config = parseConfig(presets.gym);
  const other = { ...config, hard: { ...config.hard, train: "mistyped.jsonl" } };
  expect(await runStatus(soarLogKind, { folder: join(folder, "nowhere"), config })).toBe("missing");

  const log = await RunLog.create(folder, other);
  expect(await runStatus(soarLogKind, { folder, config })).toBe("missing");
  const at = new Date().toISOString();
  const baseline = { train: 0, test: 0 };
  await log.append({ type: "start", at, version: "0", baseModel: "gym-base", baseline });
  await expect(runStatus(soarLogKind, { folder, config })).rejects.toThrow(
    /another configuration \(hard\.train: "mistyped\.jsonl" there, "data\/gym-hard\/train\.jsonl" wanted\)/,
  );
  expect(await runStatus(soarLogKind, { folder, config: other })).toBe("begun");
  await log.append({ type: "end", at });
  await log.close();
  expect(await runStatus(soarLogKind, { folder, config: other })).toBe("ended");

  // Cut short before its first event was whole.
  await writeFile(join(folder, "events.jsonl"), "");
  await appendFile(join(folder, "events.jsonl"), '{"type":"st');
  expect(await runStatus(soarLogKind, { folder, config })).toBe("missing");
});
