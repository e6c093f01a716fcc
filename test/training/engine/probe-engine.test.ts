import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../src/training/connect.js";
import { policyDatum } from "../../../src/training/datum.js";
import type { LossReduction } from "../../../src/training/engine/engine-traits.js";
import { probeEngine } from "../../../src/training/engine/probe-engine.js";
import { type LocalServer, startLocalServer } from "../../../src/training/start-local-server.js";
import type { TrainingService } from "../../../src/training/training-service.js";
import type { Datum } from "../../../src/training/wire.js";
import { packageRoot } from "../../../src/util/package-root.js";
import { type Quirks, quirkyEngine } from "./quirky-engine.js";

let server: LocalServer;
const open: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startLocalServer({ model: join(packageRoot, "data/gym-base"), device: "cpu" });
});

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

afterAll(() => server?.stop());

async function serviceOf(quirks?: Quirks): Promise<TrainingService> {
  const engine = quirks && (await quirkyEngine(server.url, quirks));
  if (engine) open.push(engine.close);
  const service = await connect({ baseUrl: engine?.url ?? server.url, apiKey: server.apiKey });
  open.push(() => service.close());
  return service;
}

const documented = {
  wire: "json",
  lossReduction: "sum",
  adamParameters: true,
  gradientClip: true,
  idempotentRequests: true,
  promptLogprobs: true,
  deletesCheckpoints: true,
  checkpointBytes: expect.any(Number),
};

/** Divides advantages in forward_backward as an engine of another reduction divides its loss. */
function reducing(reduction: LossReduction): Quirks {
  return {
    rewrite: (call, body) => {
      if (call !== "forward_backward") return;
      const { data } = body.forward_backward_input as { data: Datum[] };
      const lengths = data.map(datum => datum.loss_fn_inputs.target_tokens.data.length);
      const all = lengths.reduce((a, b) => a + b);
      for (const [i, { loss_fn_inputs }] of data.entries()) {
        const divisor = {
          sum: 1,
          unknown: 3 ** data.length,
          "mean-over-data": data.length,
          "mean-over-tokens": lengths[i]!,
          "mean-over-tokens-then-data": lengths[i]! * data.length,
          "mean-over-all-tokens": all,
        }[reduction];
        loss_fn_inputs.advantages!.data = loss_fn_inputs.advantages!.data.map(value => value / divisor);
      }
    },
  };
}

describe("probeEngine", () => {
  it.each([0, 1])("finds that our server follows the API, at rank %i", async rank => {
    const service = await serviceOf();
    expect(await probeEngine(service, { rank })).toEqual(documented);
  });

  it("speaks protocol buffers to an engine that wants them", async () => {
    const service = await serviceOf({ protobuf: true });
    expect(await probeEngine(service, { rank: 4 })).toEqual({ ...documented, wire: "protobuf" });
  });

  it.each([
    "mean-over-data",
    "mean-over-tokens",
    "mean-over-tokens-then-data",
    "mean-over-all-tokens",
    "unknown",
  ] as const)("tells a loss of the reduction %s", async reduction => {
    const service = await serviceOf(reducing(reduction));
    expect(await probeEngine(service, { rank: 4 })).toEqual({ ...documented, lossReduction: reduction });
  });

  it("finds what an engine ignores", async () => {
    const service = await serviceOf({
      keepsCheckpoints: true,
      rewrite: (call, body) => {
        if (call === "optim_step") (body.adam_params as { grad_clip_norm: number }).grad_clip_norm = 0;
        if (call === "forward") delete body.seq_id;
        if (call === "asample") delete body.prompt_logprobs;
      },
    });
    expect(await probeEngine(service, { rank: 4 })).toEqual({
      ...documented,
      gradientClip: false,
      idempotentRequests: false,
      promptLogprobs: false,
      deletesCheckpoints: false,
    });
  });

  it("reads the reduction off reported norms where the optimizer has settings of its own", async () => {
    const own = { beta1: 0.9, beta2: 0.95, eps: 1e-12 };
    const mean = reducing("mean-over-data");
    const service = await serviceOf({
      rewrite: (call, body) => {
        mean.rewrite!(call, body);
        if (call === "optim_step") Object.assign(body.adam_params as object, own);
      },
    });
    expect(await probeEngine(service, { rank: 4 })).toEqual({
      ...documented,
      adamParameters: false,
      gradientClip: false,
      lossReduction: "mean-over-data",
    });
  });

  it("says what to set where the engine makes no model of the rank", async () => {
    const service = await serviceOf({
      rewrite: (call, body) => {
        if (call === "create_model") body.lora_config = { rank: 10_000 };
      },
    });
    await expect(probeEngine(service, { rank: 0 })).rejects.toThrow(
      /no model for full fine-tuning \(rank 0\); set model.rank to one that it offers. It said: .*rank/,
    );
  });
});

it.each([
  ["json", "mean-over-tokens-then-data", {}],
  ["protobuf", "sum", { protobuf: true }],
] as const)(
  "gives the same gradients over %s with the %s as our server with the sum",
  async (_, reduction, wire) => {
    const data = [policyDatum([5], [6, 7, 8], [-1, -2, -3], [1, 1, 1]), policyDatum([5], [9], [-1], [-2])];
    const gradient = async (service: TrainingService) => {
      const model = await service.createModel({ rank: 4, seed: 3 });
      const { logprobs } = await model.forwardBackward(data, "importance_sampling");
      const adam = { learning_rate: 0.01, beta1: 0, beta2: 0, eps: 1, weight_decay: 0, grad_clip_norm: 0 };
      const { grad_norm } = await model.optimStep(adam);
      const after = await model.forward(data, "importance_sampling");
      return [...logprobs.flat(), ...after.logprobs.flat(), grad_norm!];
    };
    const expected = await gradient(await serviceOf());
    const service = await serviceOf({ ...reducing(reduction), ...wire });
    service.engine = await probeEngine(service, { rank: 4 });
    expect(await gradient(service)).toEqual(expected.map(value => expect.closeTo(value, 5)));
  },
);
