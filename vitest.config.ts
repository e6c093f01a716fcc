import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/remove-temporary-files.ts",
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Many tests start a real training server; two cores serve two of them at most.
    maxWorkers: 2,
  },
});
