import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HubServer {
  endpoint: string;
  /** Method, path and range of every request, in order. */
  requests: string[];
  /** Answers the next requests that it wants to, instead of the hub; one function a request. */
  faults: ((request: IncomingMessage, response: ServerResponse) => boolean)[];
  close(): Promise<void>;
}

export interface HubServerParams {
  dataset: string;
  commit: string;
  /** Files by path; those of parquet are kept as LFS, with a sha256, the others as git blobs. */
  files: Record<string, Uint8Array>;
  /** Token that is needed, if any. */
  token?: string;
}

/** A server on loopback that speaks the part of the hub's API that a data set's reader needs, ranges included. */
export async function startHubServer({ dataset, commit, files, token }: HubServerParams): Promise<HubServer> {
  const hub: HubServer = { endpoint: "", requests: [], faults: [], close: async () => {} };
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://hub").pathname;
    hub.requests.push(`${request.method} ${path}${request.headers.range ? ` ${request.headers.range}` : ""}`);
    if (hub.faults[0]?.(request, response)) {
      hub.faults.shift();
      return;
    }
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (token && request.headers.authorization !== `Bearer ${token}`)
      return json(401, { error: "Invalid credentials" });
    if (path.startsWith(`/api/datasets/${dataset}/tree/${commit}`)) {
      return json(
        200,
        Object.entries(files).map(([name, bytes]) => ({
          type: "file",
          path: name,
          size: bytes.length,
          oid: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex"),
          ...(name.endsWith(".parquet") && {
            lfs: {
              oid: createHash("sha256").update(bytes).digest("hex"),
              size: bytes.length,
              pointerSize: 130,
            },
          }),
        })),
      );
    }
    if (new RegExp(`^/api/datasets/${dataset}(/revision/(main|${commit}))?$`).test(path)) {
      return json(200, {
        _id: "1",
        id: dataset,
        sha: commit,
        private: false,
        gated: false,
        downloads: 0,
        likes: 0,
        lastModified: "2026-01-01T00:00:00.000Z",
      });
    }
    const prefix = `/datasets/${dataset}/resolve/${commit}/`;
    const bytes = path.startsWith(prefix) ? files[decodeURIComponent(path.slice(prefix.length))] : undefined;
    if (!bytes) return json(404, { error: "Not found" });
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": bytes.length - from,
      ...(from > 0 && { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    response.end(bytes.subarray(from));
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  hub.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  hub.close = () =>
    new Promise(resolve => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return hub;
}
