import { existsSync } from "node:fs";
import { mkdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { appendJsonl, readJsonl, unpackJsonl } from "../util/jsonl.js";
import { checkConfig } from "./check-config.js";
import { lockRun } from "./lock-run.js";

/** What is told of an experiment in its folder: its configuration's file, and the events of events.jsonl. */
export interface LogKind<Config, Event> {
  configFile: string;
  configSchema: z.ZodObject & z.ZodType<Config>;
  eventSchema: z.ZodType<Event>;
}

export const eventsFile = "events.jsonl";

/**
 * The append-only log of an experiment that can be killed at any instant: a folder with a configuration and events, each
 * flushed to disk before the experiment goes on. One process has it at a time.
 */
export class EventLog<Config extends object, Event extends object> {
  private constructor(
    readonly folder: string,
    readonly config: Config,
    readonly events: Event[],
    private readonly unlock: () => Promise<void>,
  ) {}

  /**
   * Starts a new log in a folder; one that never came to its first event, say for a typing error, is replaced.
   * @throws Error when the folder already holds one
   */
  static async create<Config extends object, Event extends object>(
    kind: LogKind<Config, Event>,
    folder: string,
    config: Config,
  ): Promise<EventLog<Config, Event>> {
    await mkdir(folder, { recursive: true });
    const unlock = await lockRun(folder);
    try {
      const isTaken = [kind.configFile, eventsFile].some(file => existsSync(join(folder, file)));
      if (isTaken && !(await neverBegan(folder))) {
        throw new Error(
          `${folder} already holds a run; resume it (soarlab resume ${folder}) or choose another folder`,
        );
      }
      await writeFile(join(folder, eventsFile), "");
      await writeFile(join(folder, kind.configFile), `${JSON.stringify(config, null, 2)}\n`);
    } catch (error) {
      await unlock();
      throw error;
    }
    return new EventLog<Config, Event>(folder, config, [], unlock);
  }

  /** Opens a log to go on with it; a last line that a killed process cut short is dropped. */
  static async resume<Config extends object, Event extends object>(
    kind: LogKind<Config, Event>,
    folder: string,
    onNotice: (notice: string) => void = () => {},
  ): Promise<EventLog<Config, Event>> {
    const config = await readLogConfig(kind, folder);
    const unlock = await lockRun(folder);
    try {
      const path = join(folder, eventsFile);
      const { rows, bytes, torn } = await readJsonl(path, kind.eventSchema);
      if (torn) {
        onNotice(`${path}: dropped a last line that was cut short`);
        await truncate(path, bytes);
      }
      return new EventLog<Config, Event>(folder, config, rows, unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  async append(event: Event): Promise<void> {
    await appendJsonl(join(this.folder, eventsFile), [event]);
    this.events.push(event);
  }

  /** Appends rows to another file of the folder; returns its length after them, in bytes. */
  appendRows(file: string, rows: readonly object[]): Promise<number> {
    return appendJsonl(join(this.folder, file), rows);
  }

  /**
   * Cuts off what lies beyond a length of another file: it belongs to no event. A packed file is unpacked first.
   * @throws Error where the file is shorter than that
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

  /** Lets other processes have the log. */
  async close(): Promise<void> {
    await this.unlock();
  }
}

/** The type of the last event in a folder's log; undefined where there is none yet. */
export async function lastEventType(folder: string): Promise<string | undefined> {
  const { rows } = await readJsonl(join(folder, eventsFile), z.object({ type: z.string() }));
  return rows.at(-1)?.type;
}

/** Whether a folder has a log of which nothing but the configuration came to be. */
async function neverBegan(folder: string): Promise<boolean> {
  return existsSync(join(folder, eventsFile)) && (await lastEventType(folder)) === undefined;
}

/** The configuration that a folder's experiment was started with. */
export async function readLogConfig<Config, Event>(
  { configFile, configSchema }: LogKind<Config, Event>,
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
  return checkConfig(input, path, configSchema) as Config;
}
