import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

interface Repository {
  private: boolean;
  commit: string;
  files: Map<string, { bytes: Buffer; lfs?: string }>;
}

export interface WritableHub {
  endpoint: string;
  token: string;
  /** By "datasets/OWNER/NAME" or "models/OWNER/NAME". */
  repositories: Map<string, Repository>;
  /** Method and path of every request, in order. */
  requests: string[];
  /** Answers the next request whose path contains the key, instead of the hub. */
  faults: Map<string, ((request: IncomingMessage, response: ServerResponse) => void)[]>;
  close(): Promise<void>;
}

/**
 * A server on loopback that speaks what the hub's clients write with and read back: creating repositories, preupload, LFS
 * batches and uploads (with the checks of size and hash), commits, info, trees and downloads. Files above 1 kB are LFS.
 */
export async function startWritableHub(): Promise<WritableHub> {
  const objects = new Map<string, Buffer>();
  const hub: WritableHub = {
    endpoint: "",
    token: "hf_secret",
    repositories: new Map(),
    requests: [],
    faults: new Map(),
    close: async () => {},
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, "http://hub");
    const path = decodeURIComponent(url.pathname);
    hub.requests.push(`${request.method} ${path}`);
    const body = await buffer(request);
    const fault = [...hub.faults].find(([part, list]) => path.includes(part) && list.length > 0)?.[1].shift();
    if (fault) return fault(request, response);
    const json = (status: number, value: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (path.startsWith("/lfs-storage/")) {
      // A signed address: no token may come along.
      if (request.headers.authorization) return json(400, { error: "token sent to storage" });
      const oid = path.slice("/lfs-storage/".length);
      if (sha256(body) !== oid) return json(400, { error: "wrong hash" });
      objects.set(oid, body);
      return json(200, {});
    }
    if (request.headers.authorization !== `Bearer ${hub.token}`) return json(401, { error: "Invalid token" });
    if (path === "/api/repos/create") {
      const { name, organization, type, visibility } = JSON.parse(body.toString());
      const key = `${type}s/${organization}/${name}`;
      if (organization !== "me") return json(403, { error: "Forbidden namespace" });
      if (hub.repositories.has(key)) return json(409, { error: "You already created this repo" });
      hub.repositories.set(key, {
        private: visibility !== "public",
        commit: "0".repeat(40),
        files: new Map(),
      });
      return json(200, { url: `${hub.endpoint}/${key}`, id: key });
    }
    const key =
      /^\/(?:api\/)?((?:datasets|models)\/[^/]+\/[^/.]+)/.exec(path)?.[1] ??
      `models${/^\/[^/]+\/[^/.]+/.exec(path)?.[0]}`;
    const repository = hub.repositories.get(key);
    if (!repository) return json(404, { error: "Repository not found" });
    if (path.includes("/preupload/")) {
      const { files } = JSON.parse(body.toString()) as { files: { path: string; size: number }[] };
      return json(200, {
        files: files.map(({ path, size }) => ({ path, uploadMode: size > 1000 ? "lfs" : "regular" })),
      });
    }
    if (path.endsWith(".git/info/lfs/objects/batch")) {
      const { objects: asked } = JSON.parse(body.toString()) as { objects: { oid: string; size: number }[] };
      const href = (oid: string) => `${hub.endpoint}/lfs-storage/${oid}?signature=secret`;
      return json(200, {
        transfer: "basic",
        objects: asked.map(({ oid, size }) => ({
          oid,
          size,
          ...(!objects.has(oid) && { actions: { upload: { href: href(oid) } } }),
        })),
      });
    }
    if (path.includes("/commit/")) {
      const lines = body
        .toString()
        .split("\n")
        .map(line => JSON.parse(line));
      const next = new Map(repository.files);
      for (const { key, value } of lines) {
        if (key === "file") next.set(value.path, { bytes: Buffer.from(value.content, value.encoding) });
        if (key === "lfsFile") {
          const bytes = objects.get(value.oid);
          if (bytes?.length !== value.size) return json(422, { error: "LFS object is not there" });
          next.set(value.path, { bytes: bytes!, lfs: value.oid });
        }
      }
      repository.files = next;
      repository.commit = sha256(
        Buffer.from([...next].map(([path, { bytes }]) => path + sha256(bytes)).join()),
      ).slice(0, 40);
      return json(200, { success: true, commitOid: repository.commit, commitUrl: `${hub.endpoint}/commit` });
    }
    if (path.includes("/tree/")) {
      const files = [...repository.files].map(([path, { bytes, lfs }]) => ({
        type: "file",
        path,
        size: bytes.length,
        oid: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex"),
        ...(lfs && { lfs: { oid: lfs, size: bytes.length, pointerSize: 130 } }),
      }));
      return json(200, files);
    }
    const resolved = /\/resolve\/[^/]+\/(.+)$/.exec(path)?.[1];
    if (resolved) {
      const file = repository.files.get(resolved);
      return file ? void response.end(file.bytes) : json(404, { error: "Entry not found" });
    }
    return json(200, {
      _id: "1",
      id: key.slice(key.indexOf("/") + 1),
      author: "me",
      sha: repository.commit,
      private: repository.private,
      gated: false,
      disabled: false,
      downloads: 0,
      likes: 0,
      tags: [],
      lastModified: "2026-01-01T00:00:00.000Z",
    });
  });
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
  hub.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  hub.close = () =>
    new Promise(done => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return hub;
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
