import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parse as parseYaml } from "yaml";
import { registerPublish } from "../../src/cli/publish.js";
import { trainingQuestions } from "../../src/evaluation/training-questions.js";
import { datasetFiles } from "../../src/export/hub/dataset-files.js";
import { modelFiles } from "../../src/export/hub/model-files.js";
import { publish } from "../../src/export/hub/publish.js";
import { loadQuestions } from "../../src/problems/load-questions.js";
import { readRun } from "../../src/soar/run-log.js";
import { packageRoot } from "../../src/util/package-root.js";
import { startWritableHub, type WritableHub } from "./writable-hub.js";

const source = join(packageRoot, "data/runs/gym-seed-0");
const run = await readRun(source);
const repo = "me/gym-questions";
let hub: WritableHub;
beforeEach(async () => {
  hub = await startWritableHub();
});
afterEach(() => hub.close());
const access = () => ({ endpoint: hub.endpoint, token: hub.token, retries: 2, retryWaitMs: 1 });
const upload = (files: Awaited<ReturnType<typeof datasetFiles>>, more = {}) =>
  publish({ repo, type: "dataset", files, ...access(), ...more });

describe("publishing a run", () => {
  it("makes a private data set whose questions an evaluation reads back", async () => {
    const files = await datasetFiles({ repo, runs: [run] });
    const { url, commit } = await upload(files);
    expect(url).toBe(`${hub.endpoint}/datasets/${repo}`);
    const repository = hub.repositories.get(`datasets/${repo}`)!;
    expect([repository.private, repository.commit]).toEqual([true, commit]);
    expect([...repository.files.keys()].sort()).toEqual([
      "README.md",
      "configs/gym-seed-0.json",
      "data/metrics.jsonl",
      "data/promotion-questions.jsonl",
      "data/questions.jsonl",
      "report.html",
    ]);
    expect(repository.files.get("report.html")!.lfs).toBeDefined();
    const cacheDir = mkdtempSync(join(tmpdir(), "hub-cache-"));
    const options = { ...access(), cacheDir };
    const kept = await loadQuestions(repo, options);
    expect(kept.commit).toBe(commit);
    expect(kept.problems.map(({ question, answer }) => ({ question, answer }))).toEqual(
      run.promotionQuestions.map(({ question, answer }) => ({ question, answer })),
    );
    const all = await loadQuestions(repo, { ...options, subset: "questions" });
    expect(all.problems).toHaveLength(run.questions.length);
    // By its address, into an evaluation.
    vi.stubEnv("HF_ENDPOINT", hub.endpoint);
    vi.stubEnv("HF_TOKEN", hub.token);
    vi.stubEnv("SOARLAB_CACHE", cacheDir);
    const path = `hf://datasets/${repo}@${commit}`;
    const lab = { config: { questions: { from: "file", path } } } as Parameters<typeof trainingQuestions>[0];
    const asked = { run: undefined, student: {} as never, seed: 0 };
    expect(await trainingQuestions(lab, asked)).toEqual(kept.problems);
    vi.unstubAllEnvs();
    // A second time from the cache alone.
    const known = await loadQuestions(repo, { cacheDir, offline: true });
    expect(known).toEqual(kept);
  });

  it("publishes the same again without a change, and without sending large files twice", async () => {
    const files = await datasetFiles({ repo, runs: [run] });
    const first = await upload(files);
    const sent = () => hub.requests.filter(request => request.startsWith("PUT")).length;
    const uploads = sent();
    expect(uploads).toBeGreaterThan(0);
    expect(await upload(files)).toEqual(first);
    expect(sent()).toBe(uploads);
  });

  it("has a card with what, how, results, license and citation", async () => {
    const files = await datasetFiles({ repo, runs: [run], license: "cc-by-4.0" });
    const card = await files.find(({ path }) => path === "README.md")!.content.text();
    const [, header, text] = card.split("---\n");
    const meta = parseYaml(header!);
    expect(meta).toMatchObject({ license: "cc-by-4.0", pretty_name: "gym-questions" });
    expect(meta.configs[0]).toEqual({
      config_name: "promotion-questions",
      data_files: "data/promotion-questions.jsonl",
      default: true,
    });
    for (const part of [
      `| data/questions.jsonl | ${run.questions.length} |`,
      `| gym-seed-0 | ${run.start!.baseModel} | gym |`,
      `loadQuestions("${repo}")`,
      "arXiv preprint arXiv:2601.18778",
    ])
      expect(text).toContain(part);
  });

  it("tries again after 429 and a cut connection, of which nothing is seen afterwards", async () => {
    const files = await datasetFiles({ repo, runs: [run] });
    hub.faults.set("/preupload/", [
      (_, response) => void response.writeHead(429, { "retry-after": "0" }).end(),
    ]);
    hub.faults.set("/lfs-storage/", [request => void request.socket.destroy()]);
    hub.faults.set("/commit/", [request => void request.socket.destroy()]);
    const { commit } = await upload(files);
    expect(hub.repositories.get(`datasets/${repo}`)!.commit).toBe(commit);
    expect([...hub.faults.values()].flat()).toEqual([]);
  });

  const always = (status: number) =>
    Array.from(
      { length: 9 },
      () => (_: unknown, response: { writeHead(n: number): { end(): void } }) =>
        response.writeHead(status).end(),
    );

  it("says what the hub refuses, never with the token, and leaves no half of it", async () => {
    const files = await datasetFiles({ repo, runs: [run] });
    const failure = async (more: object) => {
      const error = await upload(files, more).catch(error => error);
      expect(JSON.stringify([error.message, String(error.cause ?? "")])).not.toMatch(/hf_|signature/);
      return error;
    };
    expect(await failure({ token: "hf_wrong" })).toMatchObject({ kind: "unauthorized", status: 401 });
    expect((await failure({ repo: "them/x" })).message).toMatch(
      /answered 403: the token may not write there/,
    );
    expect((await failure({ repo: "x" })).message).toMatch(/x: expected OWNER\/NAME/);
    hub.faults.set("/lfs-storage/", always(403));
    expect(await failure({})).toMatchObject({ kind: "unauthorized", status: 403 });
    expect(hub.repositories.get(`datasets/${repo}`)!.files.size).toBe(0);
    hub.faults.clear();
    hub.faults.set("/commit/", always(409));
    expect((await failure({})).message).toMatch(
      /somebody else changed the repository meanwhile; publish again/,
    );
    hub.faults.set("/commit/", always(429));
    expect(await failure({})).toMatchObject({ kind: "rate limited" });
    await hub.close();
    expect(await failure({})).toMatchObject({ kind: "unreachable" });
  });

  it("puts nothing into a public repository unless that is asked for", async () => {
    const files = await datasetFiles({ repo, runs: [run] });
    await upload(files, { isPublic: true });
    expect(hub.repositories.get(`datasets/${repo}`)!.private).toBe(false);
    await expect(upload(files)).rejects.toThrow(/is there and public/);
    await upload(files, { isPublic: true });
  });
});

describe("publishing weights", () => {
  it("uploads student and teacher without optimizers, with a card", async () => {
    const folder = mkdtempSync(join(tmpdir(), "weights-"));
    const at = (checkpoint: string) => join(folder, "checkpoints", checkpoint.replace("tinker://", ""));
    const student = run.promotions.at(-1)!.checkpoint;
    const teacher = run.steps.at(-1)!.teacher.checkpoint;
    for (const checkpoint of [student, teacher]) {
      mkdirSync(at(checkpoint), { recursive: true });
      for (const name of ["model.safetensors", "optimizer.safetensors", "checkpoint.json"]) {
        writeFileSync(join(at(checkpoint), name), `${name} of ${checkpoint}`.repeat(40));
      }
    }
    const files = await modelFiles({ repo, run: { ...run, folder } });
    await publish({ repo, type: "model", files, ...access() });
    const published = hub.repositories.get(`models/${repo}`)!.files;
    expect([...published.keys()].sort()).toEqual([
      "README.md",
      ...["student", "teacher"].flatMap(role =>
        ["checkpoint.json", "model.safetensors"].map(name => `${role}/${name}`),
      ),
    ]);
    expect(published.get("student/model.safetensors")!.bytes.toString()).toContain(student);
    expect(published.get("README.md")!.bytes.toString()).toContain(
      "`student/` is the last student that a promotion",
    );
    await expect(modelFiles({ repo, run })).rejects.toThrow(
      /no checkpoint of a promoted student or a teacher/,
    );
  });
});

describe("soarlab publish", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });
  const cli = async (...args: string[]) => {
    const printed: string[] = [];
    vi.spyOn(console, "log").mockImplementation(line => void printed.push(String(line)));
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    registerPublish(program);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    await program.parseAsync(["publish", ...args], { from: "user" });
    return printed.join("\n");
  };

  it("shows what would go, and uploads a table", async () => {
    const table = join(mkdtempSync(join(tmpdir(), "table-")), "mine.csv");
    writeFileSync(table, "question,answer\nWhat is 1 + 1?,2\n");
    vi.stubEnv("HF_ENDPOINT", hub.endpoint);
    vi.stubEnv("HF_TOKEN", hub.token);
    const shown = await cli(table, "--repo", repo, "--dry-run");
    expect(shown).toMatch(
      /would be uploaded to a private dataset repository me\/gym-questions:\n +\d+ {2}README\.md\n +\d+ {2}data\/questions\.jsonl/,
    );
    expect(hub.requests).toEqual([]);
    expect(await cli(table, "--repo", repo)).toMatch(
      new RegExp(`datasets/${repo}\\ncommit [0-9a-f]{40}, 2 files`),
    );
    const { problems } = await loadQuestions(repo, { cacheDir: mkdtempSync(join(tmpdir(), "cache-")) });
    expect(problems).toMatchObject([{ question: "What is 1 + 1?", answer: "2", source: "mine" }]);
    vi.stubEnv("HF_TOKEN", "");
    await expect(cli(table, "--repo", repo)).rejects.toThrow(/needs a token with write access: set HF_TOKEN/);
    await expect(cli(table, "--repo", "nobody")).rejects.toThrow(/expected OWNER\/NAME/);
  });
});
