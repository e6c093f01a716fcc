import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attachVerdicts } from "../../src/grading/judge/attach-verdicts.js";
import { readRun } from "../../src/soar/run-log.js";
import { packageRoot } from "../../src/util/package-root.js";
import {
  type ChatServer,
  fail,
  judgeExactly,
  say,
  startChatServer,
} from "../grading/judge/fixtures/chat-server.js";

let folder: string;
let chat: ChatServer;
const main = join(packageRoot, "dist/cli/main.js");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-judge-"));
  await cp(join(packageRoot, "data/runs/gym-seed-0"), join(folder, "run"), { recursive: true });
  chat = await startChatServer();
});
afterEach(async () => {
  await chat.close();
  await rm(folder, { recursive: true });
});

/** Runs the real command line in the test's folder. */
function soarlab(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, OPENAI_API_KEY: "", JUDGE_KEY: "secret" };
  return new Promise(resolve => {
    execFile(process.execPath, [main, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}
const endpoint = () => ["--base-url", chat.baseUrl, "--model", "judge"];
const rows = async (file: string) =>
  (await readFile(join(folder, file), "utf8"))
    .trim()
    .split("\n")
    .map(line => JSON.parse(line));
/** Cells of the line of a table that begins with a name. */
const line = (stdout: string, name: string) =>
  stdout
    .split("\n")
    .find(text => text.startsWith(`${name} `))
    ?.split(/ {2,}/);

describe("soarlab judge", () => {
  it("judges what a run's promotions kept, exactly and by a model, to the same table", async () => {
    const exact = await soarlab("judge", "run", "--exact");
    expect(exact).toMatchObject({ code: 0, stderr: "" });
    // Each of the two promotions kept 8 questions: 7 right, 1 slip.
    expect(line(exact.stdout, "stage 0")).toEqual([
      "stage 0",
      "8",
      "8",
      "100.0",
      "87.5",
      "12.5",
      "0.0",
      "0.0",
      "0.0",
    ]);
    expect(line(exact.stdout, "all")).toEqual([
      "all",
      "16",
      "16",
      "100.0",
      "87.5",
      "12.5",
      "0.0",
      "0.0",
      "0.0",
    ]);
    const { promotionQuestions } = await readRun(join(folder, "run"));
    const exactly = await rows("run/verdicts.jsonl");
    expect(exactly).toEqual(
      promotionQuestions.map(({ step, dataset, question, answer, verdict }) => ({
        step,
        dataset,
        question,
        answer,
        verdict,
      })),
    );

    const prices = ["--price-prompt", "1", "--price-completion", "10"];
    const args = [
      "judge",
      "run",
      ...endpoint(),
      "--key-env",
      "JUDGE_KEY",
      "--out",
      "by-model.jsonl",
      ...prices,
    ];
    const model = await soarlab(...args);
    expect(model.code).toBe(0);
    expect(await rows("by-model.jsonl")).toEqual(exactly);
    expect(model.stdout.split("\n").slice(0, 4)).toEqual(exact.stdout.split("\n").slice(0, 4));
    expect(chat.calls[0]!.headers.authorization).toBe("Bearer secret");
    const { length } = chat.calls;
    expect(length).toBe(new Set(exactly.map(({ question, answer }) => `${question}=${answer}`)).size);
    expect(model.stdout).toContain(
      `${length} requests, ${100 * length} prompt tokens, ${10 * length} completion tokens, 0 verdicts from cache, ` +
        `cost ${((length * 200) / 1e6).toFixed(4)}`,
    );
    expect(model.stderr).toMatch(new RegExp(`judged ${length}/${length}, ${110 * length} tokens`));
    expect(model.stderr).not.toContain("\r");

    const again = await soarlab(...args);
    expect(again.stdout).toContain(
      `0 requests, 0 prompt tokens, 0 completion tokens, ${length} verdicts from cache`,
    );
    expect(chat.calls).toHaveLength(length);
    const attached = await attachVerdicts({
      records: promotionQuestions,
      file: join(folder, "by-model.jsonl"),
    });
    expect(attached).toEqual(promotionQuestions);
  });

  it("judges all questions of a run by stage", async () => {
    const { code, stdout } = await soarlab("judge", "run", "--exact", "--all", "--out", "all.jsonl");
    expect(code).toBe(0);
    const { questions } = await readRun(join(folder, "run"));
    expect(line(stdout, "stage 0")?.slice(0, 3)).toEqual(["stage 0", "576", "576"]);
    // 1196 right, 302 slips, 72 of wrong reasoning and 94 ill posed of 1664.
    expect(line(stdout, "all")).toEqual(["all", "1664", "1664", "94.4", "71.9", "18.1", "4.3", "5.6", "0.0"]);
    expect(await rows("all.jsonl")).toHaveLength(questions.length);
  });

  it("judges a table, with what the judge would not say told", async () => {
    await writeFile(
      join(folder, "mine.csv"),
      'question,answer\n"add a 3 +b 4 -c 2",a 3 +b 4 0 -c 2 5\nadd a 3 -c 2,a 3 -c 2 1\nwhat?,7\n',
    );
    chat.otherwise = (call, response) =>
      (call.question === "what?" ? say("Hm.") : judgeExactly)(call, response);
    await writeFile(
      join(folder, "prompt.txt"),
      "<question>\n{question}\n</question>\n<answer>\n{answer}\n</answer>",
    );
    const own = ["--prompt", "prompt.txt", "--body", '{"seed":3}', "--corrections", "0"];
    const { code, stdout, stderr } = await soarlab("judge", "mine.csv", ...endpoint(), ...own);
    expect(code).toBe(0);
    expect(line(stdout, "mine.csv")).toEqual([
      "mine.csv",
      "3",
      "2",
      "50.0",
      "50.0",
      "0.0",
      "0.0",
      "50.0",
      "0.0",
    ]);
    expect(stdout).toContain(
      "1 of 3 questions have no verdict:\n  question 3: it holds no JSON object\n    the judge answered: Hm.",
    );
    expect(stderr).toContain("judged 3/3, 1 without a verdict, 330 tokens");
    expect(await rows("verdicts.jsonl")).toMatchObject([
      { question: "add a 3 +b 4 -c 2", verdict: { isCorrect: true } },
      { question: "add a 3 -c 2", verdict: { errorType: "Ill_Posed" } },
      { question: "what?", answer: "7", verdict: null, unjudged: "it holds no JSON object" },
    ]);
    expect(chat.calls[0]!.body).toMatchObject({ seed: 3, temperature: 0, max_tokens: 4096 });
    expect(chat.calls[0]!.body.messages[0]!.content).toMatch(/^<question>/);
  });

  it("stops on Ctrl-C, and goes on with what it has", async () => {
    const args = ["judge", "run", "--all", ...endpoint(), "--concurrency", "2"];
    chat.otherwise = (call, response) => void setTimeout(() => judgeExactly(call, response), 5);
    const child = spawn(process.execPath, [main, ...args], { cwd: folder });
    let stderr = "";
    child.stderr.on("data", chunk => {
      stderr += chunk;
    });
    while (chat.calls.length < 60) await new Promise(resolve => setTimeout(resolve, 5));
    child.kill("SIGINT");
    expect(await new Promise(resolve => child.on("close", resolve))).toBe(130);
    expect(stderr).toContain("run the same command to resume, using the verdicts cached in .cache/judge");
    expect(existsSync(join(folder, "run/verdicts.jsonl"))).toBe(false);
    const kept = (await readdir(join(folder, ".cache/judge"), { recursive: true })).filter(name =>
      name.endsWith(".json"),
    ).length;
    expect(kept).toBeGreaterThanOrEqual(50);
    chat.otherwise = judgeExactly;
    const { code, stdout } = await soarlab(...args);
    expect(code).toBe(0);
    expect(stdout).toContain(`${kept} verdicts from cache`);
    expect(await rows("run/verdicts.jsonl")).toHaveLength(1664);
  });

  it.each([
    [["nowhere", "--exact"], /nowhere: no such run or file/],
    [["run"], /specify the judge with --base-url and --model, or use --exact/],
    [["run", "--base-url", "localhost", "--model", "m"], /--base-url localhost: expected an address/],
    [
      ["run", "--base-url", "http://h/v1", "--model", "m", "--key-env", "NONE"],
      /--key-env NONE: this environment variable is not set/,
    ],
    [["run", "--exact", "--concurrency", "0"], /expected a whole number, at least 1/],
    [["run", "--exact", "--body", "[1]"], /expected a JSON object/],
    [
      ["bad.csv", "--base-url", "http://h/v1", "--model", "m"],
      /bad.csv, row 2, column "answer": expected text/,
    ],
    [["bad.csv", "--exact"], /--exact needs a run's folder/],
    [["bad.csv", "--all"], /--all needs a run's folder/],
    [
      ["run", "--base-url", "http://h/v1", "--model", "m", "--prompt", "bad.csv"],
      /no \{question\} and no \{answer\}/,
    ],
    [
      ["verdicts.jsonl", "--base-url", "http://h/v1", "--model", "m"],
      /--out must name another file than the input/,
    ],
  ])("%j says what is wrong", async (args, message) => {
    await writeFile(join(folder, "bad.csv"), "question,answr\nwhat?,7\n");
    await writeFile(join(folder, "verdicts.jsonl"), '{"question":"a","answer":"b"}\n');
    const { code, stderr } = await soarlab("judge", ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("    at ");
  });

  it("says what the server says, and keeps an earlier file", async () => {
    await writeFile(join(folder, "run/verdicts.jsonl"), "kept\n");
    chat.otherwise = fail(401, "wrong key");
    const { code, stderr } = await soarlab("judge", "run", ...endpoint());
    expect(code).toBe(1);
    expect(stderr).toMatch(/chat\/completions: HTTP 401: .*wrong key/);
    expect(await readFile(join(folder, "run/verdicts.jsonl"), "utf8")).toBe("kept\n");
  });
});
