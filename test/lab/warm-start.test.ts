import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerWarmStart } from "../../src/cli/warm-start.js";
import { newModel } from "../../src/lab/new-model.js";
import { placeStart } from "../../src/lab/place-start.js";
import { openLab } from "../../src/soar/open-lab.js";
import { runSoar } from "../../src/soar/run-soar.js";
import { smallGym } from "../soar/fixtures/small-gym.js";

/* On the gym's base model and the real server. */

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-warm-"));
});

afterAll(() => rm(folder, { recursive: true, maxRetries: 3 }));

async function warmStartCommand(...args: string[]): Promise<void> {
  const program = new Command().exitOverride();
  registerWarmStart(program);
  await program.parseAsync(["warm-start", ...args], { from: "user" });
}

describe("warm start", () => {
  const config = () => join(folder, "config.json");
  const start = () => join(folder, "warm");

  it("teaches both roles, and a run starts from what it gives", { timeout: 180_000 }, async () => {
    // Chains of three terms as a teacher states them, and worked in the scratchpad way as solutions.
    const rows = Array.from({ length: 40 }, (_, i) => {
      const [a, b, c] = [i % 7, Math.floor(i / 7), (5 * i + 1) % 7];
      const answer = `a ${a} +b ${b} ${(a + b) % 7} +c ${c} ${(a + b + c) % 7}`;
      return { question: `add a ${a} +b ${b} +c ${c}`, answer, solution: `${answer} \\boxed{ ${answer} }` };
    });
    rows.push({ question: "add a 1 +b 1", answer: "a 1 +b 1 2", solution: "\\boxed{ a 1 +b 1 3 }" });
    await writeFile(join(folder, "data.jsonl"), rows.map(row => JSON.stringify(row)).join("\n"));
    await writeFile(config(), JSON.stringify({ ...smallGym, outerSteps: 1 }));
    const args = ["--data", join(folder, "data.jsonl"), "--steps", "12", "--learning-rate", "0.003"];
    await warmStartCommand(config(), ...args, "--out", start(), "--set", "model.rank=4");
    const report = JSON.parse(await readFile(join(start(), "warm-start.json"), "utf8"));
    expect(report.after.loss.teacher).toBeLessThan(report.before.loss.teacher - 0.1);
    expect(report.after.loss.student).toBeLessThan(report.before.loss.student);
    expect(
      report.examples.train.teacher + report.examples.train.student + report.examples.heldOut,
    ).toBeGreaterThan(39);
    await expect(warmStartCommand(config(), ...args, "--out", start())).rejects.toThrow(/already exists/);

    const warm = { ...smallGym, outerSteps: 1, model: { ...smallGym.model, rank: 4, start: start() } };
    const lab = await openLab({ config: warm });
    try {
      const prompt = lab.studentPrompt("add a 3 +b 4 +c 1");
      const tokens = [...prompt, ...lab.tokenizer.encode("a 3 +b 4 0 +c 1 1")];
      const base = await (await lab.service.sampler()).logprobs(tokens);
      const started = await lab.baseSampler.logprobs(tokens);
      expect(started).not.toEqual(base);
      // Students and teacher start as the base of comparisons does.
      const model = await newModel(lab, { seed: 5 });
      expect(await (await model.sampler()).logprobs(tokens)).toEqual(started);
    } finally {
      await lab.close();
    }
    const run = await runSoar({ folder: join(folder, "run"), config: warm });
    expect(run.ended).toBe(true);
  });

  it("says what cannot be started from", async () => {
    const nothing = join(folder, "nothing");
    await mkdir(nothing);
    await expect(placeStart(nothing, folder)).rejects.toThrow(
      /not a checkpoint folder: it has no checkpoint\.json/,
    );
    expect(await placeStart("tinker://m/weights/w", undefined)).toBe("tinker://m/weights/w");
    for (const file of ["checkpoint.json", "model.safetensors"]) await writeFile(join(nothing, file), "{}");
    await expect(placeStart(nothing, undefined)).rejects.toThrow(
      /of a remote server give a tinker:\/\/ path/,
    );
    const path = await placeStart(nothing, folder);
    expect(await placeStart(nothing, folder)).toBe(path);
  });
});
