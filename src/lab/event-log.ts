import { existsSync } from "node:fs";
import { mkdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { appendJsonl, type JsonlContent, readJsonl, unpackJsonl } from "../util/jsonl.js";
import { lockOwner, takeLock, withResolvers } from "../util/lock.js";
import { checkConfig } from "./check-config.js";

/** Files and schemas that identify an experiment folder: its configuration and events.jsonl. */
export interface LogKind<Config, Event> {
  configFile: string;
  configSchema: z.ZodObject & z.ZodType<Config>;
  /** Renames, in place, configuration fields of earlier versions. */
  upgrade?(config: unknown): void;
  eventSchema: z.ZodType<Event>;
  /** The step of an event that ends one, e.g. an outer step; undefined for any other event. */
  stepOf(event: Event): number | undefined;
  /** The step that must follow `previous`, or the first one. */
  stepAfter(previous: number | undefined, config: Config): number;
}

export const eventsFile = "events.jsonl";
const lockFile = "lock";

/** A loop's exclusive claim on a log. */
export interface LoopClaim {
  /** Aborts when the loop must stop: the log was closed, or the caller's signal aborted. */
  signal: AbortSignal;
  /** Ends the claim, and removes all listeners of the signal. */
  end(): void;
}

/**
 * The append-only log of an experiment that can be killed at any instant: a folder with a configuration and events,
 * each flushed to disk before the experiment continues. Only one process may hold it, and only one loop at a time may
 * write it. If the same process opens it again, the older log is closed, unless a loop is running over it.
 */
export class EventLog<Config extends object, Event extends object> {
  readonly events: Event[] = [];
  private loop: { signal: AbortSignal; ended: Promise<void>; stop(reason: string): void } | undefined;
  /** Why the log can no longer be written. */
  private shut: string | undefined;
  private readonly closing = withResolvers();
  private unlock = () => {};

  private constructor(
    readonly folder: string,
    readonly config: Config,
  ) {}

  /**
   * Starts a new log in a folder. A log without events, e.g. because of a typing error, is replaced.
   * @param inUse keeps this process from opening the log again until it is closed; aborts when that is about to happen
   * @throws Error if the folder already holds a log, or the log is in use
   */
  static async create<Config extends object, Event extends object>(
    kind: LogKind<Config, Event>,
    folder: string,
    config: Config,
    inUse?: AbortSignal,
  ): Promise<EventLog<Config, Event>> {
    await mkdir(folder, { recursive: true });
    const checkFree = async () => {
      const isTaken = [kind.configFile, eventsFile].some(file => existsSync(join(folder, file)));
      if (isTaken && !(await neverBegan(folder))) {
        throw new Error(`${folder} already holds a run; resume it or choose another folder`);
      }
    };
    await checkFree(); // before the lock: a log that this process uses stays in use
    const log = new EventLog<Config, Event>(folder, config);
    await log.lock(inUse);
    try {
      await checkFree();
      await writeFile(join(folder, eventsFile), "");
      await writeFile(join(folder, kind.configFile), `${JSON.stringify(config, null, 2)}\n`);
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  }

  /**
   * Opens a log to resume it. An incomplete last line, left by a killed process, is dropped.
   * @param inUse as for `create`
   * @throws Error naming file and line if the log is damaged, e.g. has a step twice
   */
  static async resume<Config extends object, Event extends object>(
    kind: LogKind<Config, Event>,
    folder: string,
    onNotice: (notice: string) => void = () => {},
    inUse?: AbortSignal,
  ): Promise<EventLog<Config, Event>> {
    const log = new EventLog<Config, Event>(folder, await readLogConfig(kind, folder));
    await log.lock(inUse);
    try {
      const path = join(folder, eventsFile);
      const { rows, bytes, torn } = await readEvents(kind, folder, log.config);
      if (torn) {
        onNotice(`${path}: dropped a last line that was cut short`);
        await truncate(path, bytes);
      }
      log.events.push(...rows);
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  }

  /**
   * Claims the log for one loop, which must end the claim. Waits for a stopped loop that has not ended yet.
   * @throws Error if another loop is active, or the log was closed or opened again
   */
  async startLoop(signal?: AbortSignal): Promise<LoopClaim> {
    while (this.loop) {
      if (!this.loop.signal.aborted) {
        throw new Error(
          `a loop over ${this.folder} is under way in this process; wait for it, stop its cell, or close the log`,
        );
      }
      await this.loop.ended;
    }
    this.checkOpen();
    signal?.throwIfAborted();
    const { promise: ended, resolve } = withResolvers();
    const ending = new AbortController();
    const stop = (reason: string) => ending.abort(new Error(reason));
    this.loop = { signal: signal ? AbortSignal.any([signal, ending.signal]) : ending.signal, ended, stop };
    return {
      signal: this.loop.signal,
      end: () => {
        stop(`the loop over ${this.folder} has ended`);
        this.loop = undefined;
        resolve();
      },
    };
  }

  async append(event: Event): Promise<void> {
    this.checkOpen();
    await appendJsonl(join(this.folder, eventsFile), [event]);
    this.events.push(event);
  }

  /** Appends rows to another file of the folder; returns its length after them, in bytes. */
  async appendRows(file: string, rows: readonly object[]): Promise<number> {
    this.checkOpen();
    return appendJsonl(join(this.folder, file), rows);
  }

  /**
   * Truncates another file to a length: later bytes do not belong to an event. A packed file is unpacked first.
   * @throws Error if the file is shorter than that
   */
  async cutRows(file: string, bytes: number): Promise<void> {
    const path = join(this.folder, file);
    await unpackJsonl(path);
    const size = await stat(path).then(
      ({ size }) => size,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return 0;
        throw error;
      },
    );
    if (size < bytes) {
      throw new Error(
        `${path} has lost its end: ${size} bytes, where ${eventsFile} counts ${bytes}; restore it from a copy`,
      );
    }
    if (size > bytes) await truncate(path, bytes);
  }

  /** Ends a loop over the log, and releases it to other processes. */
  async close(): Promise<void> {
    this.shut ??= "was closed";
    this.loop?.stop(`the log of ${this.folder} was closed`);
    await this.loop?.ended;
    this.unlock();
    this.closing.resolve();
  }

  private async lock(inUse?: AbortSignal): Promise<void> {
    this.unlock = await takeLock(join(this.folder, lockFile), this.folder, async () => {
      if (inUse?.aborted) await this.closing.promise;
      else if (inUse) return false;
      if (this.loop?.signal.aborted) await this.loop.ended;
      if (this.loop) return false;
      this.shut ??= "was opened again since; use the newer log";
      return true;
    });
  }

  private checkOpen(): void {
    if (this.shut) throw new Error(`the log of ${this.folder} ${this.shut}`);
  }
}

/** Returns the live process that holds the log of a folder, if any. */
export function runOwner(folder: string): Promise<number | undefined> {
  return lockOwner(join(folder, lockFile));
}

/**
 * Returns the events of a folder's log.
 * @throws Error naming file and line if a line is not an event, or a step is missing or repeated, e.g. because two
 *   programs wrote one log
 */
export async function readEvents<Config extends object, Event extends object>(
  { eventSchema, stepOf, stepAfter }: LogKind<Config, Event>,
  folder: string,
  config: Config,
): Promise<JsonlContent<Event>> {
  const path = join(folder, eventsFile);
  let previous: number | undefined;
  return readJsonl(path, eventSchema, (event, line) => {
    const step = stepOf(event);
    if (step === undefined) return;
    const expected = stepAfter(previous, config);
    if (step !== expected) {
      const twice = previous !== undefined && step <= previous ? " a second time" : "";
      throw new Error(
        `${path}:${line}: step ${step}${twice}, expected step ${expected}: two programs wrote this log, or lines of it were removed; ` +
          "restore it from a copy, or begin in another folder",
      );
    }
    previous = step;
  });
}

/** Returns the type of the last event in a folder's log; undefined if there is none yet. */
export async function lastEventType(folder: string): Promise<string | undefined> {
  const { rows } = await readJsonl(join(folder, eventsFile), z.object({ type: z.string() }));
  return rows.at(-1)?.type;
}

/** Whether a folder's log has a configuration but no events. */
async function neverBegan(folder: string): Promise<boolean> {
  return existsSync(join(folder, eventsFile)) && (await lastEventType(folder)) === undefined;
}

/** Returns the configuration that a folder's experiment was started with. */
export async function readLogConfig<Config, Event>(
  { configFile, configSchema, upgrade }: LogKind<Config, Event>,
  folder: string,
): Promise<Config> {
  const path = join(folder, configFile);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT" && cause.code !== "ENOTDIR") throw cause;
    throw new Error(`${folder} is no run: it has no ${configFile}`, { cause });
  });
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: not JSON: ${(cause as Error).message}`, { cause });
  }
  upgrade?.(input);
  return checkConfig(input, path, configSchema) as Config;
}
