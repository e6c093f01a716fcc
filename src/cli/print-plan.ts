import { findModel } from "../lab/find-model.js";
import type { SoarConfig } from "../soar/config.js";
import { planRun } from "../soar/plan-run.js";
import { readModelShape } from "../training/model-shape.js";
import { duration } from "./duration.js";

/** `soarlab run --dry-run`: prints what the run would need, and warns if it cannot fit. */
export async function printPlan(
  config: SoarConfig,
  { tokensPerSecond, memory }: { tokensPerSecond?: number; memory?: number },
): Promise<void> {
  const model = await findModel(config.model.base, { onLog: line => console.error(line) });
  const { device, dtype } = config.server;
  // As the server chooses by itself: bfloat16 on a GPU.
  const isFloat32 = dtype === "float32" || (dtype === "auto" && device === "cpu");
  const plan = planRun({ config, shape: await readModelShape(model), weightBytes: isFloat32 ? 4 : 2 });
  const { tokens, tokensPerStep, requests } = plan;
  const { base, models, perModel, cache, least } = plan.memory;
  const { weights, gradient, optimizer, sampler } = perModel;

  console.log(
    "At most, with every completion at its limit, before any promotion; prompts and rejected questions come on top.\n",
  );
  console.log(`tokens per outer step  ${count(tokensPerStep)}`);
  for (const [phase, number] of Object.entries(tokens)) console.log(`  ${phase.padEnd(20)} ${count(number)}`);
  console.log(
    `requests per outer step  ${count(requests.sampling)} for samples, ${count(requests.training)} for training`,
  );
  if (tokensPerSecond === undefined) {
    console.log("time: give --tokens-per-second; the progress line of a run shows it");
  } else {
    const seconds = tokensPerStep / tokensPerSecond;
    const hours = (seconds * config.outerSteps) / 3600;
    console.log(
      `time at ${tokensPerSecond} tokens/s  ${duration(seconds)} per outer step, ${hours.toFixed(1)} h for ${config.outerSteps}`,
    );
  }

  const kind = config.model.rank > 0 ? `adapters of rank ${config.model.rank}` : "whole models";
  console.log(`\nmemory of our own server (${isFloat32 ? "float32" : "bfloat16"} base)`);
  console.log(`  base weights           ${size(base)}`);
  console.log(`  ${models} x ${kind}  ${size(models * (weights + gradient + optimizer + sampler))}`);
  console.log(
    `    each: weights ${size(weights)}, gradient ${size(gradient)}, optimizer ${size(optimizer)}, sampler ${size(sampler)}`,
  );
  console.log(`  at least               ${size(least)}, and activations`);
  console.log(
    `  KV cache               ${size(cache.perRow)} per row, ${size(cache.perRow * cache.rows)} for all ${count(cache.rows)} rows at once`,
  );
  if (memory === undefined) return;
  const bytes = memory * 1e9;
  // The server gives the cache half of what is free on a GPU; on a CPU an eighth of the machine.
  const cacheBytes = device === "cpu" ? bytes / 8 : Math.max(0, bytes - least) / 2;
  const rows = Math.floor(cacheBytes / cache.perRow);
  console.log(
    `  of ${memory} GB             ${size(cacheBytes)} for the KV cache: ${count(Math.min(rows, cache.rows))} rows at once`,
  );
  if (least > bytes || rows < 1) {
    const advice =
      config.model.rank > 0
        ? "a smaller model or fewer students"
        : "adapters, e.g. --set model.rank=32 or the preset one-gpu";
    console.log(`\nwarning: it does not fit in ${memory} GB; take ${advice}`);
  }
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
