import { rmSync } from "node:fs";
import { readFile, realpath, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A lock of this process. */
interface Hold {
  /**
   * Called if this process wants the lock again: resolves with true once it is released, with false if it is
   * in use.
   */
  letGo(): Promise<boolean>;
}

/** The locks of this process, by file. */
const holds = new Map<string, Hold>();

/**
 * Takes a lock file for this process. Returns a function that releases it. A lock of a dead process does not
 * count.
 *
 * @param what name of what is locked, for errors
 * @throws Error if another living process has it, or this one has it in use
 */
export async function takeLock(path: string, what: string, letGo: Hold["letGo"]): Promise<() => void> {
  const file = join(await realpath(dirname(path)), basename(path));
  for (let held = holds.get(file); held; held = holds.get(file)) {
    if (!(await held.letGo())) {
      throw new Error(`${what} is in use in this process already; stop what runs there, or wait for it`);
    }
    if (holds.get(file) === held) break;
  }
  const hold = { letGo };
  holds.set(file, hold);
  try {
    await claim(file, what);
  } catch (error) {
    holds.delete(file);
    throw error;
  }
  return () => {
    if (holds.get(file) !== hold) return;
    rmSync(file, { force: true });
    holds.delete(file);
  };
}

/**
 * Runs work while holding a lock. Work of this process that was stopped and still holds the lock is about to
 * end: it is awaited.
 *
 * @throws Error as `takeLock`
 */
export async function exclusively<T>(
  { path, what, signal }: { path: string; what: string; signal: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const { promise: ended, resolve: end } = withResolvers();
  const release = await takeLock(path, what, async () => {
    if (!signal?.aborted) return false;
    await ended;
    return true;
  });
  try {
    return await work();
  } finally {
    release();
    end();
  }
}

/** A promise, and the function that resolves it. */
export function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return { promise, resolve };
}

/** The living process that holds a lock, if any. */
export async function lockOwner(path: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (Number.isNaN(pid)) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? pid : undefined;
  }
}

async function claim(file: string, what: string): Promise<void> {
  for (;;) {
    try {
      // If two processes start at once, only one makes the file.
      await writeFile(file, `${process.pid}\n`, { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    let owner = await lockOwner(file);
    if (owner === undefined) {
      await sleep(50); // the other one may be about to write its number
      owner = await lockOwner(file);
    }
    if (owner !== undefined && owner !== process.pid) {
      throw new Error(`${what} is in use by process ${owner}; if that is not soarlab, remove ${file}`);
    }
    await rm(file, { force: true });
  }
}
