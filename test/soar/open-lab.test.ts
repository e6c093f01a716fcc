import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLab } from "../../src/soar/open-lab.js";
import { presets } from "../../src/soar/presets.js";

/* What is refused before any server is asked. */

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-open-"));
});

afterAll(() => rm(folder, { recursive: true }));

const open = (changes: object) => openLab({ config: { ...presets.gym, ...changes } });

describe("openLab", () => {
  it("names the field of a file that is not there", async () => {
    await expect(open({ hard: { ...presets.gym.hard, test: "nope.jsonl" } })).rejects.toThrow(
      "hard.test: there is no file nope.jsonl",
    );
    await expect(open({ prompts: { teacher: "nope.txt" } })).rejects.toThrow(
      "prompts.teacher: there is no file nope.txt",
    );
  });

  it("refuses an empty half, and one with two problems of one id", async () => {
    const test = join(folder, "hard.jsonl");
    await writeFile(test, "");
    await expect(open({ hard: { ...presets.gym.hard, test } })).rejects.toThrow(`${test}: no problems`);
    const [line] = (await readFile(presets.gym.hard.test, "utf8")).split("\n");
    await writeFile(test, `${line}\n${line}\n`);
    await expect(open({ hard: { ...presets.gym.hard, test } })).rejects.toThrow(
      `${test}: problems 0 and 1 have the same id`,
    );
  });

  it("refuses a system message in plain prompts", async () => {
    const system = join(folder, "system.txt");
    await writeFile(system, "Think in steps.");
    await expect(open({ prompts: { system } })).rejects.toThrow(
      'prompts.system needs prompts.format "chat", not "plain"',
    );
  });

  it("refuses a student prompt that has no place for the question", async () => {
    const student = join(folder, "student.txt");
    await writeFile(student, "Solve it.");
    await expect(open({ prompts: { student } })).rejects.toThrow(`${student}: a student prompt must contain`);
  });
});
