import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { findExperiments } from "./find-experiments.js";
import { watchBlocks } from "./watch-blocks.js";
import { watchPage } from "./watch-page.js";

export interface WatchFoldersParams {
  /** Runs, evaluations and studies, or folders of these. */
  folders: readonly string[];
  /** Port on the loopback interface; 0 = any free one. Default 0. */
  port?: number;
  /** What a browser must show to be answered. Default: a new random one. */
  key?: string;
  /** Milliseconds between two looks at the folders. Default 1,000. */
  everyMs?: number;
}

/** A page that shows experiments while they go on. */
export interface Watch {
  /** The page, with its key. */
  url: string;
  close(): Promise<void>;
}

const requestSchema = z.object({
  /** "" = the overview, else the folder of an experiment. */
  view: z.string(),
  /** Folders of the runs to compare. */
  selected: z.array(z.string()),
  /** Digests of the blocks that the page has, by name. */
  known: z.record(z.string(), z.string()),
});

/**
 * Serves a live report of experiments on the loopback interface, read only: a list with their state, the reward curves of
 * several runs over each other, the differences of their configurations, and the report of each, which follows its log
 * by server-sent events. Only a request with the key in it, and to a loopback name, is answered.
 */
export async function watchFolders(params: WatchFoldersParams): Promise<Watch> {
  const { folders, port = 0, everyMs = 1000 } = params;
  const key = params.key ?? randomBytes(18).toString("base64url");
  const listeners = new Set<ServerResponse>();
  let experiments = await findExperiments(folders);
  let isLooking = false;

  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      const found = await findExperiments(folders);
      const before = new Map(experiments.map(({ folder, version }) => [folder, version]));
      const changed = found.filter(({ folder, version }) => before.get(folder) !== version);
      const isSame = changed.length === 0 && found.length === experiments.length;
      experiments = found;
      if (isSame) return;
      const event = JSON.stringify({ changed: changed.map(({ folder }) => folder) });
      for (const response of listeners) response.write(`data: ${event}\n\n`);
    } finally {
      isLooking = false;
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const name = (request.headers.host ?? "").replace(/:\d+$/, "");
    if (!["127.0.0.1", "localhost", "[::1]"].includes(name)) return refuse(response, 421, "unknown host");
    if (!isKey(url.searchParams.get("key") ?? "", key)) {
      return refuse(response, 401, "This page needs the key of the link that `soarlab watch` printed.");
    }
    if (request.method === "GET" && url.pathname === "/") {
      response.writeHead(200, { ...headers, "content-type": "text/html; charset=utf-8" });
      response.end(await watchPage());
    } else if (request.method === "GET" && url.pathname === "/events") {
      response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
      response.write("retry: 1000\n\n");
      listeners.add(response);
      response.once("close", () => listeners.delete(response));
    } else if (request.method === "POST" && url.pathname === "/blocks") {
      const parsed = requestSchema.safeParse(JSON.parse(await text(request)));
      if (!parsed.success) return refuse(response, 400, z.prettifyError(parsed.error));
      response.writeHead(200, { ...headers, "content-type": "application/json" });
      response.end(JSON.stringify(await watchBlocks({ ...parsed.data, experiments })));
    } else {
      refuse(response, 404, "not found");
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(error => refuse(response, 500, (error as Error).message));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const timer = setInterval(look, everyMs);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}/?key=${key}`,
    close: async () => {
      clearInterval(timer);
      const closed = new Promise(resolve => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The key is in the address: it must not leave by a link, nor stay in a cache. */
const headers = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

function isKey(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (!response.headersSent) {
    response.writeHead(status, { ...headers, "content-type": "text/plain; charset=utf-8" });
  }
  response.end(message);
}
