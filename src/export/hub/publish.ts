import { commit, createRepo, datasetInfo, HUB_URL, HubApiError, modelInfo } from "@huggingface/hub";
import { HubError, type HubErrorKind } from "../../problems/hub-error.js";
import { type HubOptions, hubDefaults } from "../../problems/hub-options.js";
import { environment } from "../../util/environment.js";

/** A file to publish. */
export interface PublishedFile {
  /** Its path in the repository. */
  path: string;
  content: Blob;
}

export interface PublishParams
  extends Pick<HubOptions, "token" | "endpoint" | "fetch" | "retries" | "retryWaitMs" | "signal"> {
  /** OWNER/NAME on the hub; created if it does not exist. */
  repo: string;
  type: "dataset" | "model";
  files: readonly PublishedFile[];
  /** Whether the repository is public. Default false; an existing repository is not changed. */
  isPublic?: boolean;
  /** Message of the commit. */
  title?: string;
}

export interface Published {
  url: string;
  /** The commit with the files. */
  commit: string;
}

/**
 * Uploads files to a repository of the Hugging Face hub in one commit, large ones as LFS objects: either all are
 * uploaded, or none. A broken connection, 429 and 5xx are retried. Publishing the same files again changes nothing.
 *
 * @throws HubError, by kind; Error for a malformed name, and if the repository is public but `isPublic` was not asked for.
 *   No message contains the token.
 */
export async function publish(params: PublishParams): Promise<Published> {
  const { repo: name, type, files, isPublic = false, signal, title = "Upload from soarlab" } = params;
  if (!/^[\w.-]+\/[\w.-]+$/.test(name)) throw new Error(`publish: ${name}: expected OWNER/NAME`);
  const token = params.token ?? environment.hubToken;
  const hubUrl = (params.endpoint ?? environment.hubEndpoint ?? HUB_URL).replace(/\/+$/, "");
  if (!token) {
    throw new HubError("unauthorized", `${name}: publishing needs a token with write access: set HF_TOKEN.`);
  }
  const { fetch } = hubDefaults(params);
  const access = { hubUrl, fetch, accessToken: token };
  const repo = { type, name } as const;
  try {
    await createRepo({ repo, visibility: isPublic ? "public" : "private", ...access }).catch(async error => {
      // 409: it exists already.
      if (!(error instanceof HubApiError) || error.statusCode !== 409) throw error;
      if (isPublic) return;
      const info = await (type === "dataset"
        ? datasetInfo({ name, ...access })
        : modelInfo({ name, ...access }));
      if (!info.private) throw new PublicRepository();
    });
    const operations = files.map(file => ({ operation: "addOrUpdate" as const, ...file }));
    const done = await commit({ repo, operations, title, abortSignal: signal, useXet: false, ...access });
    return { url: `${hubUrl}/${type === "dataset" ? "datasets/" : ""}${name}`, commit: done!.commit.oid };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof PublicRepository) {
      throw new Error(`${name} is there and public; publish it as such (isPublic), or choose another name.`);
    }
    throw explain(error, `${name} (${hubUrl})`);
  }
}

class PublicRepository extends Error {}

const kinds: Record<number, [HubErrorKind, string]> = {
  401: ["unauthorized", "the token is not valid"],
  403: ["unauthorized", "the token may not write there; it needs write access to the owner's repositories"],
  404: ["not found", "the hub knows no such owner or repository"],
  409: ["protocol", "somebody else changed the repository meanwhile; publish again"],
  412: ["protocol", "somebody else changed the repository meanwhile; publish again"],
  413: ["protocol", "a file is larger than the hub takes"],
  429: ["rate limited", "too many requests, and still so after every retry; try later"],
};

function explain(error: unknown, where: string): unknown {
  if (error instanceof HubApiError) {
    const { statusCode: status } = error;
    const [kind, what] = kinds[status] ?? [
      status >= 500 ? "unreachable" : "protocol",
      // The address is left out: an upload address is signed.
      `it refused: ${error.message.replace(/\.? ?URL: .*/s, "")}`,
    ];
    return new HubError(kind, `${where}: the hub answered ${status}: ${what}.`, { status });
  }
  if (error instanceof TypeError) {
    return new HubError("unreachable", `${where}: the hub could not be reached.`, { cause: error });
  }
  return error;
}
