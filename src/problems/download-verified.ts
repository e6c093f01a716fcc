import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { HubError } from "./hub-error.js";

export interface DownloadVerifiedParams {
  url: string;
  headers?: Record<string, string>;
  /** Where the file goes; it appears there only once it is whole and right. */
  path: string;
  /** Expected length in bytes. */
  size?: number;
  /** Expected hash: sha256 of the bytes, or git's sha1 of a blob with them. */
  hash?: { algorithm: "sha256" | "git-sha1"; value: string };
  fetch: typeof fetch;
  /** How often an interrupted download is resumed. Default 4. */
  resumes?: number;
}

/**
 * Downloads a file. What has arrived is kept in `path + ".incomplete"`: a download that broke off, in this process or an
 * earlier one, is resumed. After a wrong hash, the download is repeated once from the start.
 *
 * @throws HubError naming the file and both sizes or hashes; Error naming the path if it cannot be written.
 */
export async function downloadVerified(params: DownloadVerifiedParams): Promise<void> {
  const { path, url, size } = params;
  const partial = `${path}.incomplete`;
  await mkdir(dirname(path), { recursive: true });
  // Without a size or a hash nobody could tell whether an earlier part is of the same file.
  if (size === undefined && !params.hash) await rm(partial, { force: true });
  for (let attempt = 0; attempt < 2; attempt++) {
    await fetchWhole(params, partial);
    const problem = await verify(params, partial);
    if (!problem) {
      await rename(partial, path);
      return;
    }
    await rm(partial, { force: true });
    // The first part may have been an earlier process's; what is fetched afresh is the server's.
    if (attempt === 1) {
      throw new HubError(
        "corrupt",
        `${url}: ${problem}. The file was not kept; try again, or name another revision.`,
      );
    }
  }
}

async function fetchWhole(params: DownloadVerifiedParams, partial: string): Promise<void> {
  const { url, headers, size, fetch: send, resumes = 4 } = params;
  let cause: unknown;
  for (let attempt = 0; attempt <= resumes; attempt++) {
    let have = existsSync(partial) ? (await stat(partial)).size : 0;
    if (size !== undefined && have > size) {
      await rm(partial);
      have = 0;
    }
    if (have > 0 && have === size) return;
    const range: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
    const response = await send(url, { headers: { ...headers, ...range } });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw statusError(response.status, url);
    }
    // A server that does not know ranges sends the whole file again.
    const file = await open(partial, response.status === 206 ? "a" : "w");
    const expected = Number(response.headers.get("content-length") ?? Number.NaN);
    let arrived = 0;
    try {
      for await (const chunk of Readable.fromWeb(response.body as ReadableStream<Uint8Array>)) {
        await file.write(chunk);
        arrived += chunk.length;
      }
    } catch (error) {
      // The disk, not the network: it is full, say.
      if ((error as NodeJS.ErrnoException).syscall === "write") {
        throw new Error(`${partial}: ${(error as Error).message}`, { cause: error });
      }
      cause = error;
      continue;
    } finally {
      await file.close();
    }
    const isEncoded = response.headers.has("content-encoding");
    const total = (response.status === 206 ? have : 0) + arrived;
    if (size !== undefined ? total >= size : isEncoded || Number.isNaN(expected) || arrived >= expected)
      return;
    cause = new Error(`${total} of ${size ?? expected} bytes arrived`);
  }
  throw new HubError(
    "unreachable",
    `${url}: the download broke off ${resumes + 1} times; run again to go on with it.`,
    {
      cause,
    },
  );
}

async function verify({ size, hash }: DownloadVerifiedParams, partial: string): Promise<string | undefined> {
  const actual = (await stat(partial)).size;
  if (size !== undefined && actual !== size) return `expected ${size} bytes, got ${actual}`;
  if (!hash) return undefined;
  const digest = createHash(hash.algorithm === "sha256" ? "sha256" : "sha1");
  if (hash.algorithm === "git-sha1") digest.update(`blob ${actual}\0`);
  for await (const chunk of createReadStream(partial)) digest.update(chunk);
  const value = digest.digest("hex");
  return value === hash.value ? undefined : `expected ${hash.algorithm} ${hash.value}, got ${value}`;
}

function statusError(status: number, url: string): HubError {
  const kind =
    status === 401 || status === 403
      ? "unauthorized"
      : status === 404
        ? "not found"
        : status === 429
          ? "rate limited"
          : status >= 500
            ? "unreachable"
            : "protocol";
  return new HubError(kind, `${url}: the server answered ${status}.`, { status });
}
