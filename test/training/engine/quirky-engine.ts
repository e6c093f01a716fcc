import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** How an engine in front of our server differs from it. */
export interface Quirks {
  /** Changes the body of a call under /api/v1/. */
  rewrite?: (call: string, body: Record<string, unknown>) => void;
  /** Takes forward_backward in protocol buffers alone, and answers in them, as the newest engines do. */
  protobuf?: boolean;
  /** Answers DELETE by 404. */
  keepsCheckpoints?: boolean;
}

/** Our real server behind a proxy that makes it differ from the documented API in known ways. */
export async function quirkyEngine(target: string, quirks: Quirks) {
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    let body = Buffer.concat(chunks);
    const call = request.url!.replace("/api/v1/", "");
    const type = request.headers["content-type"] ?? "application/json";
    const isPass = call === "forward_backward" || call === "forward";
    if (quirks.protobuf && isPass && !type.includes("protobuf")) {
      response.writeHead(415, { "content-type": "application/json" }).end('{"detail":"protobuf wanted"}');
      return;
    }
    if (quirks.keepsCheckpoints && request.method === "DELETE") {
      response.writeHead(404, { "content-type": "application/json" }).end('{"detail":"Not Found"}');
      return;
    }
    if (quirks.rewrite && type.includes("json") && body.length > 0) {
      const parsed = JSON.parse(body.toString());
      quirks.rewrite(call, parsed);
      body = Buffer.from(JSON.stringify(parsed));
    }
    const answer = await fetch(target + request.url, {
      method: request.method,
      headers: {
        "content-type": type,
        "x-api-key": String(request.headers["x-api-key"]),
        ...(quirks.protobuf && call === "retrieve_future" && { accept: "application/x-protobuf" }),
      },
      body: body.length > 0 ? body : undefined,
    });
    response
      .writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" })
      .end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>(resolve => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () => {
      proxy.closeAllConnections();
      return new Promise(resolve => proxy.close(resolve));
    },
  };
}
