import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataFrame } from "danfojs-node";
import { describe, expect, it } from "vitest";
import { boxedAnswers } from "../../src/problems/boxed-answers.js";
import { failAtK } from "../../src/problems/fail-at-k.js";
import { failAtKFromSamples } from "../../src/problems/fail-at-k-from-samples.js";
import type { Problem } from "../../src/problems/problem.js";
import type { SampleProblem } from "../../src/problems/sample-student.js";
import { createRandom } from "../../src/util/random.js";

const problems: Problem[] = Array.from({ length: 12 }, (_, i) => ({
  id: `p${i}`,
  source: "test",
  split: "test",
  question: `What is ${i}?`,
  answer: String(i),
}));

/** Problem i is answered rightly with chance i/40, so p0 never is; every fifth completion has no box. */
const sample: SampleProblem = async (problem, { numSamples, seed }) => {
  const random = createRandom(seed);
  return Array.from({ length: numSamples }, () => {
    const right = random.next() < Number(problem.answer) / 40;
    return random.int(5) === 0 ? "no idea" : `so \\boxed{${right ? problem.answer : "wrong"}}`;
  });
};
const domain = boxedAnswers({
  parses: async answers => answers.map(() => true),
  grade: async pairs =>
    pairs.map(({ answer, given }) => {
      return { verdict: answer === given ? "equal" : "different", method: "identical", ms: 0 };
    }),
});
const base = { problems, k: 32, chunk: 8, sample, domain, onNotice: () => {} };
const newFile = () => join(mkdtempSync(join(tmpdir(), "fail-at-k-")), "folder", "results.jsonl");

describe("failAtK", () => {
  it("keeps the problems with 0 of k, whatever the concurrency and the early stop", async () => {
    const full = await failAtK({ ...base, stopEarly: false });
    expect(full.results.map(({ tried }) => tried)).toEqual(problems.map(() => 32));
    expect(full.results.map(({ id }) => id)).toEqual(problems.map(({ id }) => id));
    expect(full.hard).toEqual(problems.filter((_, i) => full.results[i]!.solved === 0));
    expect(full.hard.map(({ id }) => id)).toContain("p0");
    expect(full.hard.length).toBeLessThan(problems.length);

    const early = await failAtK({ ...base, concurrency: 3 });
    expect(early.hard).toEqual(full.hard);
    expect(early.results.some(({ tried }) => tried < 32)).toBe(true);
    expect(await failAtK({ ...base, concurrency: 1 })).toEqual(early);
    const other = await failAtK({ ...base, stopEarly: false, seed: 1 });
    expect(other.results).not.toEqual(full.results);
  });

  it("has its file to itself, waits for a call that was stopped, and refuses a problem that is there twice", async () => {
    const out = newFile();
    const stop = new AbortController();
    const slow: typeof sample = async (...request) => {
      await new Promise(resolve => setTimeout(resolve, 20));
      return sample(...request);
    };
    const first = failAtK({ ...base, sample: slow, out, signal: stop.signal });
    await expect(failAtK({ ...base, out })).rejects.toThrow(
      /results\.jsonl is in use in this process already/,
    );
    stop.abort(new Error("stopped"));
    const [stopped, second] = await Promise.allSettled([first, failAtK({ ...base, out })]);
    expect(stopped).toMatchObject({ status: "rejected", reason: { message: "stopped" } });
    expect(second).toEqual({ status: "fulfilled", value: await failAtK(base) });

    appendFileSync(out, readFileSync(out, "utf8").split("\n")[0]!);
    await expect(failAtK({ ...base, out })).rejects.toThrow(
      /results\.jsonl, line 13: problem "p\d+" a second time: two programs wrote this file/,
    );
  });

  it("goes on where it was killed, and drops a torn last line with a notice", async () => {
    const out = newFile();
    const whole = await failAtK(base);
    const stop = new AbortController();
    let calls = 0;
    await expect(
      failAtK({
        ...base,
        out,
        concurrency: 2,
        signal: stop.signal,
        sample: async (...args) => {
          if (++calls === 9) stop.abort(new Error("killed"));
          return sample(...args);
        },
      }),
    ).rejects.toThrow("killed");
    const kept = readFileSync(out, "utf8");
    expect(kept.split("\n").length).toBeGreaterThan(2);
    appendFileSync(out, '{"id":"p1","tri');

    const notices: string[] = [];
    const asked: string[] = [];
    const resumed = await failAtK({
      ...base,
      out,
      onNotice: message => notices.push(message),
      sample: (problem, request) => {
        asked.push(problem.id);
        return sample(problem, request);
      },
    });
    expect(resumed).toEqual(whole);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(out);
    const text = readFileSync(out, "utf8");
    expect(text.startsWith(kept)).toBe(true);
    expect(
      text
        .trim()
        .split("\n")
        .map(line => JSON.parse(line).id)
        .sort(),
    ).toEqual(problems.map(({ id }) => id).sort());
    const before = kept
      .trim()
      .split("\n")
      .map(line => JSON.parse(line).id);
    expect(asked.filter(id => before.includes(id))).toEqual([]);
    expect(await failAtK({ ...base, out, sample: () => Promise.reject(new Error("asked again")) })).toEqual(
      whole,
    );
  });

  it("goes on after a last line without its line break", async () => {
    const out = newFile();
    const whole = await failAtK({ ...base, out });
    writeFileSync(out, readFileSync(out, "utf8").trim().split("\n").slice(0, 2).join("\n"));
    expect(await failAtK({ ...base, out })).toEqual(whole);
    expect(await failAtK({ ...base, out })).toEqual(whole);
  });

  it("samples on what an early stop cut short when all k are wanted", async () => {
    const out = newFile();
    await failAtK({ ...base, out });
    expect(await failAtK({ ...base, out, stopEarly: false })).toEqual(
      await failAtK({ ...base, stopEarly: false }),
    );
  });

  it("refuses a file made with other settings, a short sampler, duplicates and bad numbers", async () => {
    const out = newFile();
    await failAtK({ ...base, out });
    await expect(failAtK({ ...base, out, k: 64 })).rejects.toThrow(/line 1: .*k 32.*k 64/);
    await expect(failAtK({ ...base, out, seed: 5 })).rejects.toThrow(/seed 0.*seed 5/);
    await expect(failAtK({ ...base, sample: async () => ["one"] })).rejects.toThrow(/returned 1 .*"p0", 8/);
    await expect(failAtK({ ...base, problems: [...problems, problems[3]!] })).rejects.toThrow(
      /3 and 12.*"p3"/,
    );
    await expect(failAtK({ ...base, k: 0 })).rejects.toThrow(/k is 0/);
    await expect(failAtK({ ...base, chunk: 1.5 })).rejects.toThrow(/chunk is 1.5/);
    writeFileSync(out, '{"id":"p1","tried":-3}\n');
    await expect(failAtK({ ...base, out })).rejects.toThrow(/line 1:[\s\S]*tried/);
    writeFileSync(out, 'nonsense\n{"id":"p1"}\n');
    await expect(failAtK({ ...base, out })).rejects.toThrow(/line 1: not JSON/);
  });

  it("hands on the sampler's error and keeps what is finished", async () => {
    const out = newFile();
    const failing: SampleProblem = async (problem, request) => {
      if (problem.id === "p5") throw new TypeError("the server is down");
      return sample(problem, request);
    };
    await expect(failAtK({ ...base, out, sample: failing })).rejects.toThrow(
      new TypeError("the server is down"),
    );
    expect(await failAtK({ ...base, out })).toEqual(await failAtK(base));
  });

  it("reports progress and runs at most `concurrency` problems at a time", async () => {
    let running = 0;
    let most = 0;
    const seen: number[] = [];
    await failAtK({
      ...base,
      concurrency: 3,
      sample: async (problem, request) => {
        most = Math.max(most, ++running);
        await new Promise(resolve => setTimeout(resolve, 1));
        running--;
        return sample(problem, request);
      },
      onProgress: ({ done, total, remainingMs }) => {
        seen.push(done);
        expect(total).toBe(12);
        if (done > 0 && done < total) expect(remainingMs).toBeGreaterThan(0);
        if (done === total) expect(remainingMs).toBe(0);
      },
    });
    expect(most).toBe(3);
    expect(seen).toEqual(Array.from({ length: 13 }, (_, i) => i));
  });

  it("works with no problems", async () => {
    expect(await failAtK({ ...base, problems: [] })).toEqual({ hard: [], results: [] });
  });
});

describe("failAtKFromSamples", () => {
  const file = (rows: unknown[]) => {
    const path = join(mkdtempSync(join(tmpdir(), "samples-")), "samples.jsonl");
    writeFileSync(path, rows.map(row => (typeof row === "string" ? row : JSON.stringify(row))).join("\n"));
    return path;
  };

  it("reads completions one a row or several, by id or by question", async () => {
    const path = file([
      { id: "p0", completions: ["\\boxed{1}", "\\boxed{2}", "none"] },
      { id: "p1", completion: "\\boxed{1}" },
      { question: "What is 2?", completions: ["\\boxed{3}", "\\boxed{4}"] },
      { id: "p1", completion: "\\boxed{2}" },
      { id: "elsewhere", completions: ["a", "b"] },
    ]);
    const found = await failAtKFromSamples({ problems: problems.slice(0, 4), path, domain, k: 3 });
    expect(found.results).toEqual([
      { id: "p0", tried: 3, solved: 0 },
      { id: "p1", tried: 2, solved: 1 },
      { id: "p2", tried: 2, solved: 0 },
      { id: "p3", tried: 0, solved: 0 },
    ]);
    expect(found.hard.map(({ id }) => id)).toEqual(["p0"]);
    expect(found.undecided.map(({ id }) => id)).toEqual(["p2", "p3"]);
    expect(found.unmatched).toBe(2);
  });

  it("counts only the first k", async () => {
    const path = file([{ id: "p7", completions: ["\\boxed{1}", "\\boxed{7}"] }]);
    const one = await failAtKFromSamples({ problems: problems.slice(7, 8), path, domain, k: 1 });
    expect(one.hard.map(({ id }) => id)).toEqual(["p7"]);
    const all = await failAtKFromSamples({ problems: problems.slice(7, 8), path, domain });
    expect(all.hard).toEqual([]);
    for (const k of [0, 1.5, Number.NaN])
      await expect(failAtKFromSamples({ problems, path, domain, k })).rejects.toThrow(`k is ${k}`);
  });

  it("reads logs and frames, by the question or by ids that are numbers", async () => {
    const said = (content: string) => [{ role: "assistant", content }];
    const ask = (content: string) => [
      { role: "system", content: "Box it." },
      { role: "user", content },
    ];
    const messages = file([{ Prompt: "", prompt: ask("What is 2?"), completion: said("\\boxed{3}") }]);
    const lmEval = file([
      {
        doc_id: 2,
        doc: { question: "What is 2?" },
        target: "2",
        resps: [["\\boxed{3}"]],
        filtered_resps: ["3"],
      },
    ]);
    const frame = new DataFrame([{ question_id: "p2", response: "\\boxed{3}" }]);
    for (const path of [messages, lmEval, frame]) {
      const { hard, unmatched } = await failAtKFromSamples({ problems: problems.slice(0, 3), path, domain });
      expect([hard.map(({ id }) => id), unmatched]).toEqual([["p2"], 0]);
    }
    const numbered = [{ ...problems[4]!, id: "4" }];
    const found = await failAtKFromSamples({
      problems: numbered,
      path: [{ id: 4, completion: "?" }],
      domain,
    });
    expect(found.hard).toEqual(numbered);
  });

  it("names path, line and field of a row that it cannot use", async () => {
    const good = { id: "p0", completion: "x" };
    for (const [row, message] of [
      [{ completion: "x" }, /line 2:[\s\S]*"id"/],
      [{ id: "p0" }, /line 2:[\s\S]*"completion"/],
      [{ id: {}, completion: "x" }, /line 2: expected "id" .* it has: id, completion/],
      [{ id: "p0", completion: {} }, /line 2: column "completion": expected a text, messages, .* got \{\}/],
      ["{", /line 2: not JSON/],
    ] as const) {
      await expect(failAtKFromSamples({ problems, path: file([good, row]), domain })).rejects.toThrow(
        message,
      );
    }
  });
});
