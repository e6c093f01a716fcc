import { defineConfig } from "tsdown";

/** The build: one file per entry and shared chunks, with types; what `npm pack` ships is what notebooks and tests run. */
export default defineConfig({
  entry: {
    index: "src/index.ts",
    diversity: "src/diversity/index.ts",
    figures: "src/figures/index.ts",
    grading: "src/grading/index.ts",
    metrics: "src/metrics/index.ts",
    "pass-at-k": "src/pass-at-k/index.ts",
    "cli/main": "src/cli/main.ts",
    "kernel/main": "src/kernel/main.ts",
    "grader-worker": "src/grading/grader-worker.ts",
  },
  format: "esm",
  platform: "node",
  target: "node20",
  dts: true,
  fixedExtension: false,
  sourcemap: false,
  plugins: [
    {
      // Types of an optional peer: without the comment a project that lacks it would not compile.
      name: "ignore-missing-danfojs-types",
      renderChunk: (code, chunk) =>
        chunk.fileName.endsWith(".d.ts")
          ? code.replace(
              /^(?=import .* from "danfojs-node")/m,
              "// @ts-ignore danfojs-node is an optional peer\n",
            )
          : null,
    },
  ],
});
