import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeWholeFile } from "./write-whole-file.js";

/**
 * Number of cache files that are read at once: enough to keep a disk busy, far from the limit of open files.
 */
export const cacheReadsAtOnce = 32;

/** Results kept between calls, each under the inputs that determine it. */
export interface FileCache {
  /** The value kept under a key; undefined if there is none. The reader checks its form. */
  read(key: readonly unknown[]): Promise<Buffer | undefined>;
  write(key: readonly unknown[], content: string | Uint8Array): Promise<void>;
}

/**
 * A cache by content: one file per result, named by the SHA-256 of its key as JSON, in subfolders by the
 * first two digits. Files are renamed into place, so a killed process leaves no partial file, and several may
 * share a folder.
 *
 * @param folder undefined: nothing is kept
 * @param extension of the files, with its dot
 */
export function fileCache(folder: string | undefined, extension: string): FileCache {
  if (folder === undefined) return { read: async () => undefined, write: async () => {} };
  const fileOf = (key: readonly unknown[]) => {
    const hash = createHash("sha256").update(JSON.stringify(key)).digest("hex");
    return join(folder, hash.slice(0, 2), `${hash}${extension}`);
  };
  return {
    read: key =>
      readFile(fileOf(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      }),
    write: async (key, content) => {
      const file = fileOf(key);
      await mkdir(dirname(file), { recursive: true });
      await writeWholeFile(file, content, `${file}.${randomUUID()}`);
    },
  };
}
