import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Examples import the package by its name, as users do.
  resolve: { alias: { soarlab: fileURLToPath(new URL("src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/**/*.test.ts"],
    // Run by npm run test:engines.
    exclude: ["test/engines/**"],
    globalSetup: "test/remove-temporary-files.ts",
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Many tests start a real training server; two cores serve two of them at most.
    maxWorkers: 2,
  },
});
