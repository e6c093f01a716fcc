import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const lockFile = "lock";

/**
 * Takes a run for this process; returns what gives it back. A lock whose process is gone does not count.
 * @throws Error when a living process has the run
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, lockFile);
  const owner = await runOwner(folder);
  if (owner !== undefined && owner !== process.pid)
    throw new Error(`${folder} is in use by process ${owner}; if that is no soarlab, remove ${path}`);
  await writeFile(path, `${process.pid}\n`);
  return () => rm(path, { force: true });
}

/** The living process that has the run, if one does. */
export async function runOwner(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, lockFile), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (Number.isNaN(pid)) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? pid : undefined;
  }
}
