import { rename, rm, writeFile } from "node:fs/promises";

/**
 * Writes a file that is at any instant the old one or the new one, never partial. If that fails, e.g. because
 * the disk is full, the old one stays and nothing is left beside it.
 *
 * @param draft name until it is complete; different for each writer if several may write the file at once
 */
export async function writeWholeFile(
  path: string,
  content: string | Uint8Array,
  draft = `${path}.part`,
): Promise<void> {
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
