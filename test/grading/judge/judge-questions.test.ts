import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type JudgeProgress,
  type JudgeQuestionsParams,
  judgeQuestions,
} from "../../../src/grading/judge/judge-questions.js";
import { gymDomain } from "../../../src/gym/gym-domain.js";
import { startLocalServer } from "../../../src/training/start-local-server.js";
import {
  type ChatServer,
  cut,
  fail,
  hang,
  judgeExactly,
  say,
  startChatServer,
} from "./fixtures/chat-server.js";

const right = { question: "add a 3 +b 4 -c 2", answer: "a 3 +b 4 0 -c 2 5" };
const slip = { question: "add a 3 +b 4 -c 2", answer: "a 3 +b 4 0 -c 2 4" };
const illPosed = { question: "add a 3 -c 2", answer: "a 3 -c 2 1" };
const exact = ({ question, answer }: typeof right) => gymDomain.judge!(question, answer);
/** Any number of distinct pairs. */
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ question: "tot a 1 +b 1", answer: `a 1 +b 1 ${i}` }));

let chat: ChatServer;
let folder: string;

const judge = (params: Partial<JudgeQuestionsParams> & Pick<JudgeQuestionsParams, "questions">) =>
  judgeQuestions({ baseUrl: chat.baseUrl, model: "judge", retryDelayMs: 1, ...params });
const cachedFiles = async () =>
  (await readdir(folder, { recursive: true })).filter(name => /\.json$/.test(name));

beforeEach(async () => {
  chat = await startChatServer();
  folder = await mkdtemp(join(tmpdir(), "judge-"));
});
afterEach(async () => {
  await chat.close();
  await rm(folder, { recursive: true });
});

describe("judgeQuestions", () => {
  it("gives the judge's verdicts in the order of the questions, and asks each distinct pair once", async () => {
    const questions = [right, slip, right, illPosed, slip];
    const progress: JudgeProgress[] = [];
    const result = await judge({
      questions,
      apiKey: "secret",
      price: { prompt: 2, completion: 30 },
      onProgress: now => progress.push(now),
    });
    expect(result.verdicts).toEqual(questions.map(exact));
    expect(result.unjudged).toEqual([]);
    const usage = { requests: 3, promptTokens: 300, completionTokens: 30, cached: 0, cost: 0.0015 };
    expect(result.usage).toEqual(usage);
    expect(progress.map(({ done, total }) => [done, total])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(progress.at(-1)).toMatchObject({ unjudged: 0, usage });
    expect(chat.calls[0]).toMatchObject({
      path: "/v1/chat/completions",
      headers: { authorization: "Bearer secret", "content-type": "application/json" },
      body: { model: "judge", temperature: 0, max_tokens: 4096, messages: [{ role: "user" }] },
    });
  });

  it("asks nothing about no questions", async () => {
    expect(await judge({ questions: [] })).toEqual({
      verdicts: [],
      unjudged: [],
      usage: { requests: 0, promptTokens: 0, completionTokens: 0, cached: 0 },
    });
    expect(chat.calls).toEqual([]);
  });

  it("asks again about malformed answers, says what was wrong, and counts their tokens", async () => {
    chat.replies.push(
      say("I think it is fine."),
      say('{"isWellPosed": "yes", "isCorrect": true, "errorType": "None", "verifiedAnswer": "1"}'),
    );
    const { verdicts, usage } = await judge({ questions: [right] });
    expect(verdicts).toEqual([exact(right)]);
    expect(usage).toMatchObject({ requests: 3, promptTokens: 300, completionTokens: 30 });
    const conversations = chat.calls.map(({ body }) => body.messages);
    expect(conversations.map(messages => messages.map(({ role }) => role).join())).toEqual([
      "user",
      "user,assistant,user",
      "user,assistant,user",
    ]);
    expect(conversations[1]![1]!.content).toBe("I think it is fine.");
    expect(conversations[1]![2]!.content).toContain("no JSON object");
    expect(conversations[2]![2]!.content).toMatch(/isWellPosed: .*expected boolean/);
  });

  it("reports a pair that stays unjudged, wherever it stands, and goes on with the others", async () => {
    chat.otherwise = (call, response) =>
      (call.answer === slip.answer ? say("no idea", "length") : judgeExactly)(call, response);
    const params = { questions: [slip, right, slip], cacheFolder: folder, corrections: 1 };
    const { verdicts, unjudged, usage } = await judge(params);
    expect(verdicts).toEqual([undefined, exact(right), undefined]);
    const reason = expect.stringMatching(/cut off .* no JSON object/);
    expect(unjudged).toEqual([
      { index: 0, reason, answer: "no idea" },
      { index: 2, reason, answer: "no idea" },
    ]);
    expect(usage.requests).toBe(3);
    // Nothing is kept of it: a second call asks again.
    chat.otherwise = judgeExactly;
    const again = await judge(params);
    expect(again.verdicts).toEqual([slip, right, slip].map(exact));
    expect(again.usage).toMatchObject({ requests: 1, cached: 1 });
  });

  it("takes an answer without text for malformed", async () => {
    chat.replies.push(say(null));
    expect((await judge({ questions: [right] })).verdicts).toEqual([exact(right)]);
    expect(chat.calls[1]!.body.messages[1]!.content).toBe("(no answer)");
  });

  it("tries again after 408, 429, 5xx, a cut connection and silence", async () => {
    chat.replies.push(fail(408, "slow"), fail(429, "slow down", { "retry-after": "0.2" }), fail(500, "oops"));
    chat.replies.push(cut, hang);
    const start = performance.now();
    const { verdicts, usage } = await judge({ questions: [right], timeoutMs: 1000 });
    expect(performance.now() - start).toBeGreaterThan(1190);
    expect(verdicts).toEqual([exact(right)]);
    expect(chat.calls).toHaveLength(6);
    expect(usage.requests).toBe(1);
  });

  it.each([
    [401, "wrong key"],
    [404, "the model `judge` does not exist"],
  ])("throws at once on %i, in the server's words, and keeps what was judged", async (status, words) => {
    chat.replies.push(judgeExactly, judgeExactly, fail(status, words));
    const params = { questions: many(10), cacheFolder: folder, concurrency: 1 };
    await expect(judge(params)).rejects.toMatchObject({
      name: "HttpError",
      status,
      message: expect.stringContaining(
        `${chat.baseUrl}/chat/completions: HTTP ${status}: {"error":{"message":"${words}`,
      ),
    });
    expect(chat.calls).toHaveLength(3);
    const { usage } = await judge(params);
    expect(usage).toMatchObject({ requests: 8, cached: 2 });
  });

  it("gives up after its retries, and says how many", async () => {
    chat.otherwise = fail(503, "overloaded");
    await expect(judge({ questions: [right], retries: 2 })).rejects.toThrow(
      /HTTP 503: .*overloaded.* \(after 3 attempts\)/,
    );
    const { baseUrl } = chat;
    await chat.close();
    await expect(judge({ questions: [right], baseUrl, retries: 1 })).rejects.toThrow(/ECONNREFUSED.*after 2/);
    chat = await startChatServer();
  });

  it("refuses an answer that is no chat completion, with its words", async () => {
    chat.otherwise = (_, response) => void response.end('{"error":{"message":"credit is used up"}}');
    await expect(judge({ questions: [right] })).rejects.toThrow(
      /not a chat completion: .*credit is used up/s,
    );
  });

  it("reports a pair that the server refuses, unless it refuses all", async () => {
    chat.otherwise = (call, response) =>
      (call.question === illPosed.question ? fail(400, "too long") : judgeExactly)(call, response);
    const { verdicts, unjudged } = await judge({ questions: [illPosed, right], concurrency: 1 });
    expect(verdicts).toEqual([undefined, exact(right)]);
    expect(unjudged).toMatchObject([{ index: 0, reason: expect.stringContaining("HTTP 400: ") }]);
    await expect(judge({ questions: [illPosed] })).rejects.toThrow(/HTTP 400: .*too long/);

    chat.otherwise = fail(400, "max_tokens is not supported");
    chat.calls.length = 0;
    await expect(judge({ questions: many(100), concurrency: 1 })).rejects.toThrow(
      /max_tokens is not supported/,
    );
    expect(chat.calls).toHaveLength(8);
  });

  it("goes on where it was interrupted, for free", async () => {
    const questions = many(40);
    const stop = new AbortController();
    const params = { questions, cacheFolder: folder, concurrency: 4 };
    const interrupted = judge({
      ...params,
      signal: stop.signal,
      onProgress: ({ done }) => {
        if (done === 20) stop.abort(new Error("enough"));
      },
    });
    await expect(interrupted).rejects.toThrow("enough");
    const kept = (await cachedFiles()).length;
    expect(kept).toBeGreaterThanOrEqual(20);
    expect(kept).toBeLessThan(24);
    const { verdicts, usage } = await judge(params);
    expect(verdicts).toEqual(questions.map(exact));
    expect(usage).toMatchObject({ cached: kept, requests: 40 - kept });
    expect((await judge({ ...params, price: { prompt: 1, completion: 1 } })).usage).toEqual({
      requests: 0,
      promptTokens: 0,
      completionTokens: 0,
      cached: 40,
      cost: 0,
    });
  });

  it("stops while a request hangs and while it waits for a retry", async () => {
    for (const reply of [hang, fail(429, "later", { "retry-after": "60" })]) {
      chat.otherwise = reply;
      chat.calls.length = 0;
      const stop = new AbortController();
      const waiting = expect(judge({ questions: [right], signal: stop.signal })).rejects.toThrow("enough");
      while (chat.calls.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
      stop.abort(new Error("enough"));
      await waiting;
    }
  });

  it("keeps verdicts by all that they depend on", async () => {
    const base = { questions: [right], cacheFolder: folder };
    const variants: Partial<JudgeQuestionsParams>[] = [
      {},
      { model: "other" },
      { temperature: 1 },
      { prompt: "<question>\n{question}\n</question><answer>\n{answer}\n</answer>" },
      { baseUrl: `${chat.baseUrl}/`.replace("127.0.0.1", "localhost") },
      { body: { reasoning_effort: "low" } },
      { questions: [slip] },
    ];
    for (const variant of variants) {
      expect((await judge({ ...base, ...variant })).usage.cached, JSON.stringify(variant)).toBe(0);
      expect((await judge({ ...base, ...variant })).usage).toMatchObject({ cached: 1, requests: 0 });
    }
    expect(await cachedFiles()).toHaveLength(variants.length);
    // The key is no part of it, and is not in the file.
    expect((await judge({ ...base, apiKey: "secret" })).usage.cached).toBe(1);
  });

  it("asks again where a kept file is torn, and leaves no drafts", async () => {
    await judge({ questions: [right], cacheFolder: folder });
    const [name] = await cachedFiles();
    expect(JSON.parse(await readFile(join(folder, name!), "utf8"))).toEqual({
      model: "judge",
      ...right,
      verdict: exact(right),
    });
    await writeFile(join(folder, name!), '{"verdict":{"isWellPosed":true');
    expect((await judge({ questions: [right], cacheFolder: folder })).verdicts).toEqual([exact(right)]);
    expect(chat.calls).toHaveLength(2);
    const left = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(left.filter(entry => entry.isFile()).map(entry => entry.name)).toEqual([name!.split("/").at(-1)]);
  });

  it("sends further fields, and others in place of its own", async () => {
    await judge({ questions: [right], body: { max_tokens: undefined, max_completion_tokens: 9 } });
    expect(chat.calls[0]!.body).toMatchObject({ max_completion_tokens: 9 });
    expect(chat.calls[0]!.body).not.toHaveProperty("max_tokens");
  });

  it("fills its prompt once: what a question says is no placeholder", async () => {
    const questions = [{ question: "what is {answer}? $& $1", answer: "{question}" }];
    await judge({ questions, prompt: "Q {question} A {answer}", corrections: 0 });
    expect(chat.calls[0]!.body.messages).toEqual([
      { role: "user", content: "Q what is {answer}? $& $1 A {question}" },
    ]);
  });

  it("says what is wrong with a prompt or a setting", async () => {
    await expect(judge({ questions: [], prompt: "Is {question} right?" })).rejects.toThrow(/no \{answer\}/);
    await expect(judge({ questions: [], prompt: "Right?" })).rejects.toThrow(
      /no \{question\} and no \{answer\}/,
    );
    await expect(judge({ questions: [], concurrency: 0 })).rejects.toThrow(/concurrency = 0/);
    await expect(judge({ questions: [], corrections: 1.5 })).rejects.toThrow(/corrections = 1.5/);
  });

  it.each([undefined, null, { total_tokens: 9 }])(
    "states no cost where the server's count of tokens is %j",
    async counted => {
      chat.replies.push((_, response) => {
        const content = JSON.stringify(exact(right));
        response.end(JSON.stringify({ choices: [{ message: { content } }], usage: counted }));
      });
      const { usage } = await judge({ questions: [right], price: { prompt: 1, completion: 1 } });
      expect(usage).toEqual({ requests: 1, promptTokens: 0, completionTokens: 0, cached: 0 });
    },
  );
});

describe("judgeQuestions, on our own server", () => {
  it("counts what the gym's model says, none of which is a verdict", async () => {
    const server = await startLocalServer({ model: "data/gym-base", device: "cpu" });
    try {
      const { verdicts, unjudged, usage } = await judgeQuestions({
        questions: [right, slip, illPosed],
        baseUrl: `${server.url}/v1`,
        apiKey: server.apiKey,
        model: "data/gym-base",
        prompt: "S: {question} </question> {answer}",
        maxTokens: 12,
        corrections: 1,
      });
      expect(verdicts).toEqual([undefined, undefined, undefined]);
      expect(unjudged.map(({ index, reason }) => [index, /no JSON object/.test(reason)])).toEqual([
        [0, true],
        [1, true],
        [2, true],
      ]);
      expect(usage.requests).toBe(6);
      expect(usage.promptTokens).toBeGreaterThan(6 * 8);
      expect(usage.completionTokens).toBeGreaterThanOrEqual(6);
      expect(usage.completionTokens).toBeLessThanOrEqual(6 * 12);
      await expect(
        judgeQuestions({ questions: [right], baseUrl: `${server.url}/v1`, apiKey: "wrong", model: "m" }),
      ).rejects.toThrow(/HTTP 401/);
    } finally {
      await server.stop();
    }
  });
});
