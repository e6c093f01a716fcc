// How long `soarlab watch` takes to open on many runs: node scripts/bench/watch.mjs [--runs 50] [--steps 200]
// Each run is a copy of the bundled one with its steps repeated, which is as large as a real one of that length.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { watchFolders } from "../../dist/index.js";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "50" }, steps: { type: "string", default: "200" } },
});
const source = join(import.meta.dirname, "..", "..", "data", "runs", "gym-seed-0");
const [start, ...rest] = readFileSync(join(source, "events.jsonl"), "utf8").trim().split("\n");
const steps = rest.map(line => JSON.parse(line)).filter(event => event.type === "step");
const folder = mkdtempSync(join(tmpdir(), "soarlab-watch-bench-"));
for (let i = 0; i < Number(values.runs); i++) {
  const run = join(folder, `run-${String(i).padStart(3, "0")}`);
  mkdirSync(run);
  cpSync(join(source, "config.json"), join(run, "config.json"));
  const repeated = Array.from({ length: Number(values.steps) }, (_, step) =>
    JSON.stringify({ ...steps[step % steps.length], step }),
  );
  writeFileSync(join(run, "events.jsonl"), `${[start, ...repeated].join("\n")}\n`);
}
const watch = await watchFolders({ folders: [folder] });
const url = watch.url.replace("/?", "/blocks?");
console.log(`${values.runs} runs of ${values.steps} outer steps`);
for (const round of ["first opening", "again"]) {
  const began = performance.now();
  await (await fetch(watch.url)).text();
  const answer = await fetch(url, {
    method: "POST",
    body: JSON.stringify({ view: "", selected: [], known: {} }),
  });
  const size = (await answer.text()).length;
  console.log(
    `${round}: ${(performance.now() - began).toFixed(0)} ms, ${(size / 1e6).toFixed(2)} MB of blocks`,
  );
}
await watch.close();
rmSync(folder, { recursive: true });
