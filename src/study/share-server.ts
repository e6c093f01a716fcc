import { join } from "node:path";
import { findModel } from "../lab/find-model.js";
import type { LabConfig } from "../lab/lab-config.js";
import { runFiles } from "../soar/run-log.js";
import { type LocalServer, startLocalServer } from "../training/start-local-server.js";

/** The server that all runs of a study use. */
export interface SharedServer {
  /** A local one; undefined if the runs name a server themselves. */
  server: Pick<LocalServer, "url" | "apiKey" | "checkpoints"> | undefined;
  /** Aborts when the study is interrupted, or when the local server ends on its own. */
  signal: AbortSignal;
  close(): Promise<void>;
}

export interface ShareServerParams {
  /** Runs with their configurations; all must ask for the same model and server. */
  configs: readonly { name: string; config: Pick<LabConfig, "model" | "server"> }[];
  /** Folder of the study: checkpoints are kept below it, where every run finds those of the others. */
  folder: string;
  onServerLog?: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Starts the local server of a study, unless its runs name a server.
 * @throws Error if runs ask for different models or servers
 */
export async function shareServer(params: ShareServerParams): Promise<SharedServer> {
  const { configs, folder, onServerLog, signal = new AbortController().signal } = params;
  const wanted = ({ model, server }: Pick<LabConfig, "model" | "server">) =>
    JSON.stringify({ base: model.base, ...server });
  const [first] = configs;
  const other = configs.find(({ config }) => wanted(config) !== wanted(first!.config));
  if (other) {
    throw new Error(
      `the runs of a study share one server, but "${first!.name}" asks for ${wanted(first!.config)} and "${other.name}" for ${wanted(other.config)}; make two studies`,
    );
  }
  const { model, server } = first!.config;
  if (server.url) return { server: undefined, signal, close: async () => {} };
  const local = await startLocalServer({
    ...server,
    model: await findModel(model.base, { onLog: onServerLog, signal }),
    checkpoints: join(folder, runFiles.checkpoints),
    onLog: onServerLog,
    signal,
  });
  const lost = new AbortController();
  local.ended.then(reason => lost.abort(new Error(reason)));
  return { server: local, signal: AbortSignal.any([signal, lost.signal]), close: local.stop };
}
