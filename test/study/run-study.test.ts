import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readStudy } from "../../src/study/read-study.js";
import { packageRoot } from "../../src/util/package-root.js";

/* A small study through the command line and the real server: whole, interrupted, and again. */

const study = `
title: small
config: gym
set: { outerSteps: 2, datasets: 2, questionsPerDataset: 6, rewardQuestions: 8, student.steps: 1, student.batchSize: 4 }
seeds: 2
teachers:
  Promoting: { promotion: { threshold: -2, window: 1 } }
  Never: { promotion.enabled: false, teacher.reward: none }
methods:
  Base model: { protocol: base }
  Hard-Only: { protocol: hard-only }
  PQ: { protocol: pq, teacher: Promoting }
  PS: { protocol: ps, teacher: Promoting }
  PQ of none: { protocol: pq, teacher: Never }
  Base-T: { protocol: base-questions, set: { questions.count: 12 } }
evaluation: { training: { steps: 2, warmup: 1 }, test: { every: 1, samples: 4, k: [1, 4] } }
compareWith: Hard-Only
diversity: { sizes: [6], draws: 5 }
`;

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-study-"));
  file = join(folder, "small.yaml");
  await writeFile(file, study);
});

function soarlab(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(packageRoot, "dist/cli/main.js"), ...args], {
    cwd: packageRoot,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function ended(child: ChildProcess, onStderr: (text: string) => void = () => {}): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout!.on("data", chunk => {
    stdout += chunk;
  });
  child.stderr!.on("data", chunk => {
    stderr += chunk;
    onStderr(stderr);
  });
  return new Promise(resolve => child.once("close", code => resolve({ code, stdout, stderr })));
}

/** Every table of a study's results, by file name. */
async function tables(study: string): Promise<Record<string, string>> {
  const results = join(study, "results");
  const names = (await readdir(results)).filter(name => /\.(csv|md)$/.test(name)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async name => [name, await readFile(join(results, name), "utf8")])),
  );
}

describe("soarlab study", { timeout: 180_000 }, () => {
  it("runs all of it and ends in tables and pictures", async () => {
    const { code, stdout, stderr } = await ended(soarlab("study", file, "--out", join(folder, "whole")));
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("| Base model |");
    expect(stderr).toMatch(/teachers 4\/4 {2}Never, seed 1: finished/);
    expect(stderr).toContain("PQ of none, seed 0, student 0: skipped, Never, seed 0, promoted no student");
    const read = await readStudy(join(folder, "whole"));
    expect(read.evaluations).toHaveLength(10);
    expect(read.skipped.map(({ name }) => name)).toEqual([
      "PQ of none, seed 0, student 0",
      "PQ of none, seed 1, student 0",
    ]);
    expect(read.missing).toEqual([]);
    const written = await tables(join(folder, "whole"));
    expect(Object.keys(written)).toEqual([
      "diversity.csv",
      "pass-at-k.csv",
      "results.md",
      "runs.csv",
      "taxonomy.csv",
    ]);
    expect(written["results.md"]).toMatch(/\| PQ of none \| +\| +\| none \(2 without promotion\) \|/);
    expect(written["runs.csv"]!.trim().split("\n")).toHaveLength(11);
    const pictures = (await readdir(join(folder, "whole", "results"))).filter(name => name.endsWith(".svg"));
    expect(pictures.sort()).toEqual([
      "diversity-over-steps.svg",
      "learning-curves.svg",
      "pass-at-k.svg",
      "taxonomy.svg",
      "vendi-6.svg",
    ]);
  });

  it("goes on after Ctrl-C among the teachers and among the evaluations, to the same tables", async () => {
    const out = join(folder, "stopped");
    for (const moment of ["teachers 2/4", "evaluations  3/12"]) {
      const child = soarlab("study", file, "--out", out);
      let isStopped = false;
      const { code, stderr } = await ended(child, text => {
        if (text.includes(moment) && !isStopped) isStopped = child.kill("SIGINT");
      });
      expect(code, stderr).toBe(130);
      expect(stderr).toContain(`To resume, run the same command: soarlab study ${file}`);
    }
    const partial = await readStudy(out);
    expect(partial.missing.length).toBeGreaterThan(0);
    const { code, stderr } = await ended(soarlab("study", file, "--out", out));
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain("teachers");
    expect(await tables(out)).toEqual(await tables(join(folder, "whole")));
  });

  it("runs nothing a second time, and writes the tables anew", async () => {
    const out = join(folder, "whole");
    const events = join(out, "evaluations", "pq", "seed-0-student-0", "events.jsonl");
    const before = await stat(events);
    const again = await ended(soarlab("study", file, "--out", out));
    expect(again.code, again.stderr).toBe(0);
    expect((await stat(events)).mtimeMs).toBe(before.mtimeMs);
    const onlyTables = await ended(soarlab("study", out, "--tables"));
    expect(onlyTables.code, onlyTables.stderr).toBe(0);
    expect(onlyTables.stdout).toContain("| Base model |");
  });

  it("packs the questions, which are read and gone on with as before", async () => {
    const out = join(folder, "whole");
    const before = { tables: await tables(out), read: await readStudy(out) };
    const packed = await ended(soarlab("study", out, "--tables", "--pack"));
    expect(packed.code, packed.stderr).toBe(0);
    const names = (await readdir(out, { recursive: true })).filter(name => name.includes("/questions.jsonl"));
    expect(names.filter(name => name.endsWith(".gz"))).toHaveLength(4 + 4);
    expect(await readStudy(out)).toEqual(before.read);
    const again = await ended(soarlab("study", file, "--out", out));
    expect(again.code, again.stderr).toBe(0);
    expect(await tables(out)).toEqual(before.tables);
    const resumed = await ended(soarlab("resume", join(out, "soar", "promoting-seed-0")));
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await readStudy(out)).toEqual(before.read);
  });

  it("refuses a folder whose runs were told otherwise, and names the field", async () => {
    const other = join(folder, "other.yaml");
    await writeFile(other, study.replace("outerSteps: 2", "outerSteps: 3"));
    const { code, stderr } = await ended(soarlab("study", other, "--out", join(folder, "whole")));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /promoting-seed-0 holds a run of another configuration \(outerSteps: 2 there, 3 wanted\)/,
    );
  });

  it("adds what a grown study lacks", async () => {
    const grown = join(folder, "grown.yaml");
    await writeFile(
      grown,
      study.replace("  Base-T:", "  Direct: { protocol: direct, teacher: Promoting }\n  Base-T:"),
    );
    const { code, stderr, stdout } = await ended(soarlab("study", grown, "--out", join(folder, "whole")));
    expect(code, stderr).toBe(0);
    expect(stderr.match(/evaluations +\d+\/14 {2}Direct/g)).toHaveLength(2);
    expect(stdout).toContain("| Direct |");
  });

  it("says what is wrong with a file", async () => {
    const wrong = join(folder, "wrong.yaml");
    await writeFile(wrong, "methods: { A: { protocol: base } }\nseed: 3\n");
    const { code, stderr } = await ended(soarlab("study", wrong));
    expect(code).toBe(1);
    expect(stderr).toContain("seed: unknown; did you mean seeds?");
    expect((await ended(soarlab("study", join(folder, "absent.yaml")))).stderr).toContain(
      "absent.yaml: no such file",
    );
  });
});
