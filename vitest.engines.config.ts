import { defineConfig } from "vitest/config";

/** Tests against engines that others wrote; scripts/engines.mjs installs them first. */
export default defineConfig({
  test: {
    include: ["test/engines/**/*.test.ts"],
    globalSetup: "test/remove-temporary-files.ts",
    testTimeout: 900_000,
    hookTimeout: 600_000,
  },
});
