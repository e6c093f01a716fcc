// Runs the grading benchmark from the sources: node scripts/bench/grading/run.mjs [--data FOLDER]
// [--python PYTHON] [--fuzz N] [--out FILE]; what --data holds is said in bench.ts. With --speed or --safety: speed.ts, safety.ts.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!specifier.endsWith(".js")) throw error;
      return next(`${specifier.slice(0, -3)}.ts`, context);
    }
  },
});
const { argv } = process;
await import(
  argv.includes("--speed") ? "./speed.ts" : argv.includes("--safety") ? "./safety.ts" : "./bench.ts"
);
