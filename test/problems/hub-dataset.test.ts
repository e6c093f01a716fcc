import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hubDataset } from "../../src/problems/hub-dataset.js";
import type { HubOptions } from "../../src/problems/hub-options.js";
import { loadMath } from "../../src/problems/load-math.js";
import { loadOlympiadBench } from "../../src/problems/load-olympiad-bench.js";
import { type HubServer, startHubServer } from "./hub-server.js";

const dataset = "DigitalLearningGmbH/MATH-lighteval";
const commit = "0123456789abcdef0123456789abcdef01234567";
const parquet = readFileSync(new URL("./fixtures/math-test.parquet", import.meta.url));
const readme = Buffer.from("# MATH\n");

let hub: HubServer;
let options: HubOptions;
let notices: string[];
const file = "data/test-00000-of-00001.parquet";

beforeEach(async () => {
  hub = await startHubServer({ dataset, commit, files: { "README.md": readme, [file]: parquet } });
  notices = [];
  options = {
    endpoint: hub.endpoint,
    cacheDir: mkdtempSync(join(tmpdir(), "hub-")),
    token: "",
    retryWaitMs: 1,
    retries: 2,
    onNotice: message => notices.push(message),
  };
});
afterEach(() => hub.close());

const downloads = () => hub.requests.filter(request => request.includes("/resolve/"));
const isDownload = (url: string | undefined) => url!.includes("/resolve/");

describe("hubDataset, from a real server", () => {
  it("loads MATH, records the commit, and needs no network for a commit that is cached", async () => {
    const pool = await loadMath(options);
    expect(pool.problems).toHaveLength(6);
    expect(pool.provenance).toMatchObject({ source: "MATH", split: "test", dataset, commit });
    expect(pool.problems[0]).toMatchObject({
      source: "MATH",
      answer: "2",
      level: "Level 3",
      subject: "Algebra",
    });
    expect(downloads()).toHaveLength(1);

    await hub.close();
    const again = await loadMath({ ...options, revision: commit });
    expect(again.problems).toEqual(pool.problems);
    const offline = await loadMath({ ...options, offline: true });
    expect(offline.problems).toEqual(pool.problems);
    expect(notices).toEqual([]);
    // A branch is asked for; what it was last stands in.
    expect((await loadMath(options)).problems).toEqual(pool.problems);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(commit);
  });

  it("checks the hash of files that are not LFS too", async () => {
    const wants = (path: string) => path === "README.md";
    const { files } = await hubDataset({ ...options, dataset, wants, wanted: "readme" });
    expect(readFileSync(files[0]!)).toEqual(readme);
  });

  it("asks again where what is kept of a revision was cut off", async () => {
    await loadMath(options);
    const kept = join(options.cacheDir!, "datasets", dataset, "main.json");
    writeFileSync(kept, readFileSync(kept, "utf8").slice(0, 60));
    await expect(loadMath({ ...options, offline: true })).rejects.toMatchObject({ kind: "unreachable" });
    expect((await loadMath(options)).problems).toHaveLength(6);
    expect((await loadMath({ ...options, offline: true })).problems).toHaveLength(6);
  });

  it("refuses files whose names lead out of the data set", async () => {
    await hub.close();
    hub = await startHubServer({ dataset, commit, files: { "data/../../test-0.parquet": parquet } });
    await expect(loadMath({ ...options, endpoint: hub.endpoint })).rejects.toMatchObject({
      kind: "protocol",
      message: expect.stringContaining("a path out of the data set"),
    });
  });

  it("says what there is where nothing fits", async () => {
    await expect(loadMath({ ...options, split: "train" })).rejects.toMatchObject({
      name: "HubError",
      kind: "not found",
      message: expect.stringContaining(file),
    });
  });

  it("takes up a download that broke off, in one call and over two", async () => {
    const half = Math.floor(parquet.length / 2);
    const partialIn = ({ cacheDir }: HubOptions) =>
      join(cacheDir!, "datasets", dataset, commit, `${file}.incomplete`);
    const breakOff = (where: HubOptions) =>
      hub.faults.push((request, response) => {
        if (!isDownload(request.url)) return false;
        response.writeHead(200, { "content-length": parquet.length });
        response.write(parquet.subarray(0, half));
        // Not before the client has taken what has arrived: a broken stream drops what nobody has read.
        const timer = setInterval(() => {
          if (!existsSync(partialIn(where)) || statSync(partialIn(where)).size === 0) return;
          clearInterval(timer);
          response.socket!.end();
        }, 5);
        return true;
      });
    breakOff(options);
    expect((await loadMath(options)).problems).toHaveLength(6);
    const resumedAt = Number(/bytes=(\d+)-$/.exec(downloads().at(-1)!)?.[1]);
    expect(resumedAt).toBeGreaterThan(0);
    expect(resumedAt).toBeLessThanOrEqual(half);

    const fresh = { ...options, cacheDir: mkdtempSync(join(tmpdir(), "hub-")) };
    breakOff(fresh);
    const stop = new AbortController();
    const failing: typeof fetch = async (url, init) => {
      if (isDownload(String(url)) && new Headers(init?.headers).has("range"))
        stop.abort(new Error("interrupted"));
      return fetch(url, init);
    };
    await expect(loadMath({ ...fresh, fetch: failing, signal: stop.signal })).rejects.toThrow("interrupted");
    expect(existsSync(partialIn(fresh))).toBe(true);
    const before = downloads().length;
    expect((await loadMath(fresh)).problems).toHaveLength(6);
    expect(downloads().slice(before)).toEqual([expect.stringContaining("bytes=")]);
    expect(existsSync(partialIn(fresh))).toBe(false);
  });

  it("gives up a file that is always cut short, and names its size", async () => {
    for (let i = 0; i < 40; i++) {
      hub.faults.push((request, response) => {
        if (!isDownload(request.url)) return false;
        // Each time nothing new: the connection ends at once.
        response.writeHead(request.headers.range ? 206 : 200, { "content-length": parquet.length });
        response.flushHeaders();
        setTimeout(() => response.destroy(), 5);
        return true;
      });
    }
    await expect(loadMath(options)).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(/broke off/),
    });
  });

  it.skipIf(!existsSync("/dev/full"))("says that the disk is full", async () => {
    const partial = join(options.cacheDir!, "datasets", dataset, commit, `${file}.incomplete`);
    mkdirSync(join(partial, ".."), { recursive: true });
    symlinkSync("/dev/full", partial);
    await expect(loadMath(options)).rejects.toThrow(`${partial}: ENOSPC: no space left on device`);
  });

  it("does not keep a file with a wrong hash", async () => {
    const wrong = Buffer.from(parquet);
    wrong[wrong.length - 20]! ^= 1;
    for (let i = 0; i < 2; i++) {
      hub.faults.push((request, response) => {
        if (!isDownload(request.url)) return false;
        response.end(wrong);
        return true;
      });
    }
    await expect(loadMath(options)).rejects.toMatchObject({
      kind: "corrupt",
      message: expect.stringMatching(/expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}/),
    });
    expect(existsSync(join(options.cacheDir!, "datasets", dataset, commit, file))).toBe(false);
    // Right the next time.
    expect((await loadMath(options)).problems).toHaveLength(6);
  });

  it("starts again where an earlier part was of another file", async () => {
    await loadMath(options);
    const local = join(options.cacheDir!, "datasets", dataset, commit, file);
    const other = { ...options, cacheDir: mkdtempSync(join(tmpdir(), "hub-")) };
    await loadMath({ ...other, offline: true }).catch(() => undefined);
    const partial = join(other.cacheDir, "datasets", dataset, commit, `${file}.incomplete`);
    mkdirSync(join(partial, ".."), { recursive: true });
    writeFileSync(partial, Buffer.alloc(100, 7));
    await loadMath(other);
    expect(readFileSync(join(other.cacheDir, "datasets", dataset, commit, file))).toEqual(
      readFileSync(local),
    );
  });

  it("needs the token where the data set does", async () => {
    await hub.close();
    hub = await startHubServer({ dataset, commit, files: { [file]: parquet }, token: "secret" });
    const closed = { ...options, endpoint: hub.endpoint };
    await expect(loadMath(closed)).rejects.toMatchObject({
      kind: "unauthorized",
      status: 401,
      message: expect.stringMatching(/HF_TOKEN/),
    });
    await expect(loadMath({ ...closed, token: "hf_wrong" })).rejects.toMatchObject({
      kind: "unauthorized",
      message: expect.stringMatching(/another token/),
    });
  });

  it("says that there is no such data set", async () => {
    await expect(loadOlympiadBench(options)).rejects.toMatchObject({ kind: "not found", status: 404 });
    await expect(loadMath({ ...options, revision: "nowhere" })).rejects.toMatchObject({
      kind: "not found",
      message: expect.stringMatching(/nowhere/),
    });
  });

  it("waits as long as a 429 asks for, and no longer than its retries", async () => {
    const refuse = (header: string) =>
      hub.faults.push((_, response) => {
        response.writeHead(429, { "retry-after": header }).end();
        return true;
      });
    refuse("0.2");
    const started = performance.now();
    expect((await loadMath(options)).problems).toHaveLength(6);
    expect(performance.now() - started).toBeGreaterThan(195);

    for (let i = 0; i < 3; i++) refuse("0");
    await expect(loadMath({ ...options, revision: "main" })).rejects.toMatchObject({
      kind: "rate limited",
      status: 429,
    });
  });

  it("says that nothing is cached where no network is allowed, and that the hub is away", async () => {
    await expect(loadMath({ ...options, offline: true })).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(/not cached/),
    });
    await hub.close();
    await expect(loadMath(options)).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringMatching(/could not be reached/),
    });
  });
});
