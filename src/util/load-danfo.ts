// biome-ignore lint/suspicious/noTsIgnore: expect-error would fail where the package is there
// @ts-ignore danfojs-node is an optional peer; where it is not installed its types are missing as well
export type DataFrame = import("danfojs-node").DataFrame;

/**
 * Loads danfojs, on first use because it is large.
 * @throws Error that says how to install it, if it is not installed
 */
export async function loadDanfo(): Promise<typeof import("danfojs-node")> {
  try {
    const danfo = await import("danfojs-node");
    // A CommonJS module: depending on the loader its names are on the namespace or on its default export.
    return "DataFrame" in danfo ? danfo : (danfo as { default: typeof danfo }).default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error(
      "DataFrames need the package danfojs-node, which soarlab leaves to you: npm install danfojs-node@1.2.0 " +
        "(docs/environment.md has two npm overrides that spare you its binaries)",
      { cause: error },
    );
  }
}
