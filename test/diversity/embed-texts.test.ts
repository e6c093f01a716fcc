import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbedTextsParams, embedTexts } from "../../src/diversity/embed-texts.js";

interface Call {
  input: string[];
  model: string;
  encoding_format: string;
  dimensions?: number;
  authorization?: string;
  url?: string;
}

/** A server with the wire format of OpenAI; what it answers can be changed by a test. */
describe("embedTexts", () => {
  const calls: Call[] = [];
  let answer: (call: Call, response: ServerResponse) => void;
  let baseUrl: string;
  let folder: string;
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = "";
    for await (const part of request) body += part;
    const call: Call = {
      ...JSON.parse(body),
      authorization: request.headers.authorization,
      url: request.url,
    };
    calls.push(call);
    answer(call, response);
  });
  const embeddingOf = (text: string) => [text.length, text.codePointAt(0) ?? 0, 0.1];
  const embeddings = ({ input }: Call, response: ServerResponse) => {
    const data = input.map((text, index) => ({ object: "embedding", index, embedding: embeddingOf(text) }));
    response.end(JSON.stringify({ object: "list", data: data.reverse(), usage: { total_tokens: 1 } }));
  };
  const failWith =
    (status: number, body: string, headers = {}) =>
    (_: Call, response: ServerResponse) => {
      response.writeHead(status, headers).end(body);
    };
  const embed = (params: Partial<EmbedTextsParams> & { texts: string[] }) =>
    embedTexts({ baseUrl, model: "m", retryDelayMs: 1, ...params });

  beforeEach(async () => {
    calls.length = 0;
    answer = embeddings;
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    folder = await mkdtemp(join(tmpdir(), "embeddings-"));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  it("asks in batches, each text once, and puts the answers in the order of the texts", async () => {
    const texts = ["one", "three", "one", "fifteen", "seven"];
    const result = await embed({ texts, batchSize: 3, apiKey: "secret", dimensions: 3 });
    expect(result).toEqual(texts.map(text => Float32Array.from(embeddingOf(text))));
    expect(calls.map(call => call.input.length).sort()).toEqual([1, 3]);
    expect(calls[0]).toMatchObject({
      url: "/v1/embeddings",
      model: "m",
      dimensions: 3,
      encoding_format: "float",
      authorization: "Bearer secret",
    });
    expect(await embed({ texts: [] })).toEqual([]);
    expect(calls).toHaveLength(2);
  });

  it("keeps what it was told, by server, model and text", async () => {
    const first = await embed({ texts: ["a", "bb"], cacheFolder: folder });
    const second = await embed({ texts: ["bb", "ccc", "a"], cacheFolder: folder });
    expect(second[0]).toEqual(first[1]);
    expect(second[2]).toEqual(first[0]);
    expect(calls.map(call => call.input)).toEqual([["a", "bb"], ["ccc"]]);
    await embed({ texts: ["a"], cacheFolder: folder, model: "another" });
    expect(calls).toHaveLength(3);
  });

  it.each([
    ["torn", Buffer.from("torn!")],
    ["empty", Buffer.alloc(0)],
    ["zeros", Buffer.alloc(12)],
    ["no numbers", Buffer.alloc(12, 0xff)],
  ])("asks again where a kept file is %s", async (_, content) => {
    await embed({ texts: ["a"], cacheFolder: folder });
    const [file] = (await readdir(folder, { recursive: true })).filter(name => name.endsWith(".f32"));
    await writeFile(join(folder, file!), content);
    expect(await embed({ texts: ["a"], cacheFolder: folder })).toEqual([Float32Array.from(embeddingOf("a"))]);
    expect(calls).toHaveLength(2);
  });

  it("stops while it reads the cache", async () => {
    const texts = Array.from({ length: 200 }, (_, i) => `text ${i}`);
    await embed({ texts, cacheFolder: folder });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(embed({ texts, cacheFolder: folder, signal })).rejects.toThrow("enough");
  });

  it("tries again after 429, 5xx and a broken connection", async () => {
    const answers = [
      failWith(429, "slow down", { "retry-after": "0" }),
      failWith(503, "busy"),
      (_: Call, response: ServerResponse) => void response.destroy(),
      embeddings,
    ];
    answer = (call, response) => answers.shift()!(call, response);
    expect(await embed({ texts: ["a"] })).toEqual([Float32Array.from(embeddingOf("a"))]);
    expect(calls).toHaveLength(4);
  });

  it("gives up with the server's words", async () => {
    answer = failWith(400, '{"error":{"message":"no such model"}}');
    await expect(embed({ texts: ["a"] })).rejects.toThrow(/\/v1\/embeddings: HTTP 400: .*no such model/);
    expect(calls).toHaveLength(1);
    answer = failWith(500, "out of memory");
    await expect(embed({ texts: ["a"], retries: 2 })).rejects.toThrow(
      /HTTP 500: out of memory \(after 3 attempts\)/,
    );
    expect(calls).toHaveLength(4);
  });

  it("keeps the batches that came before a failure", async () => {
    answer = (call, response) => (call.input[0] === "c" ? failWith(400, "bad") : embeddings)(call, response);
    const params = { texts: ["a", "b", "c", "d"], batchSize: 1, concurrency: 1, cacheFolder: folder };
    await expect(embed(params)).rejects.toThrow(/HTTP 400/);
    answer = embeddings;
    await embed(params);
    expect(calls.map(call => call.input[0])).toEqual(["a", "b", "c", "c", "d"]);
  });

  it("times out, and stops when told to", async () => {
    answer = () => {};
    await expect(embed({ texts: ["a"], timeoutMs: 30, retries: 1 })).rejects.toThrow(
      /no answer in 30 ms \(after 2 attempts\)/,
    );
    const stop = new AbortController();
    const waiting = embed({ texts: ["a"], signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  it.each([
    ["not JSON", "<html>", /answer is not JSON: <html>/],
    [
      "not embeddings",
      '{"data":[{"index":0,"embedding":[1,null]}]}',
      /answer is not a list of embeddings: .*number/s,
    ],
    ["too few", '{"data":[]}', /answer has 0 embeddings for 1 texts/],
    ["of the wrong text", '{"data":[{"index":7,"embedding":[1]}]}', /answer has 1 embeddings for 1 texts/],
  ])("refuses an answer that is %s", async (_, body, message) => {
    answer = failWith(200, body);
    await expect(embed({ texts: ["a"] })).rejects.toThrow(message);
  });

  it("refuses embeddings of unequal length, and impossible settings", async () => {
    answer = ({ input }, response) => {
      const data = input.map((_, index) => ({ index, embedding: new Array(index + 1).fill(1) }));
      response.end(JSON.stringify({ data }));
    };
    await expect(embed({ texts: ["a", "b"] })).rejects.toThrow(
      /texts\[1\] has 2 components, that of texts\[0\] 1/,
    );
    await expect(embed({ texts: ["a"], batchSize: 0 })).rejects.toThrow(/batchSize = 0/);
  });
});
