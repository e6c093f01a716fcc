import { policyDatum } from "../datum.js";
import type { TrainingClient } from "../training-client.js";
import type { Datum } from "../wire.js";
import type { EngineTraits, LossReduction } from "./engine-traits.js";

/** Small ids, which every vocabulary has; their text does not matter. */
const tokens = Array.from({ length: 25 }, (_, i) => 5 + (i % 9));

/** Target tokens of the data that the probes are made of. */
const lengths = { short: 8, padded: 16, other: 24 };

const advantage = 0.1;

/** Far above every element of the gradient, so that the optimizer's step is the gradient times the learning rate over this. */
const eps = 1000;

/** How far a probe should move a log-probability: little, to stay linear; more where numbers are coarse (bfloat16); nats. */
const wantedMoves = [0.01, 0.1, 0.5];

/**
 * Finds what an engine makes of gradients from what its steps do to the log-probability of one token. With beta1 = beta2 = 0
 * and a large eps, Adam's step is the gradient times the learning rate, so moves compare gradients, whatever the engine
 * reports of them.
 * @param model one that nothing was trained on yet; its weights move by little, but they move
 */
export async function probeGradients(
  model: TrainingClient,
): Promise<Pick<EngineTraits, "lossReduction" | "adamParameters" | "gradientClip">> {
  const probe = new Probe(model);
  await probe.start();
  let plain = 0;
  let doubled = 0;
  for (const wanted of wantedMoves) {
    await probe.calibrate(wanted);
    plain = await probe.move([probe.datum("short", 1)]);
    doubled = await probe.move([probe.datum("short", -2)]);
    if (isNear(-doubled / plain, 2)) break;
  }
  if (!isNear(-doubled / plain, 2)) {
    return { adamParameters: false, lossReduction: await probe.reductionByNorms(), gradientClip: false };
  }
  const padded = await probe.move([probe.datum("padded", 1)]);
  const joined = await probe.move([probe.datum("short", -1), probe.datum("other", 0)]);
  const again = await probe.move([probe.datum("short", 1)]);
  const unit = (Math.abs(plain) + Math.abs(again) + Math.abs(doubled) / 2) / 3;
  const lossReduction = classify(Math.abs(padded) / unit, Math.abs(joined) / unit);
  const clipped = await probe.move([probe.datum("short", -1)], probe.norm(unit, lossReduction) / 10);
  return { adamParameters: true, lossReduction, gradientClip: Math.abs(clipped) < unit / 3 };
}

class Probe {
  private learningRate = 0.001;
  /** The measured token's log-probability before the moves that are compared: the sampler's, to the importance ratio. */
  private sampled = 0;
  /** The same after the last step. */
  private current = 0;

  constructor(private readonly model: TrainingClient) {}

  /** One of the data, whose last token of the short part has the given multiple of the advantage and all others none. */
  datum(kind: keyof typeof lengths, multiple: number): Datum {
    const completion = tokens.slice(1, lengths[kind] + 1);
    const at = (value: number) => completion.map((_, i) => (i === lengths.short - 1 ? value : 0));
    return policyDatum(tokens.slice(0, 1), completion, at(this.sampled), at(multiple * advantage));
  }

  async start(): Promise<void> {
    this.sampled = this.current = await this.logprob();
  }

  /** Finds a learning rate whose moves are about as large as wanted. */
  async calibrate(wanted: number): Promise<void> {
    for (let round = 0; round < 8; round++) {
      const move = Math.abs(await this.move([this.datum("short", round % 2 === 0 ? 1 : -1)]));
      this.sampled = this.current;
      if (move > wanted / 2 && move < 3 * wanted) return;
      this.learningRate *= wanted / Math.max(move, wanted / 1000);
    }
  }

  /** Does one step on data, and returns by how much the measured token's log-probability has moved. */
  async move(data: Datum[], clip = 0): Promise<number> {
    const before = this.current;
    await this.step(data, this.learningRate, clip);
    this.current = await this.logprob();
    return this.current - before;
  }

  /** Norm of the short datum's gradient, from what a step does. */
  norm(move: number, reduction: LossReduction): number {
    const divisor = ["sum", "mean-over-data"].includes(reduction) ? 1 : lengths.short;
    return Math.sqrt(((advantage / divisor) * move * eps) / this.learningRate);
  }

  /** The reduction by the norms that the engine reports, if its optimizer's own settings hide the size of gradients. */
  async reductionByNorms(): Promise<LossReduction> {
    const norms: number[] = [];
    const [short, padded, other] = [this.datum("short", 1), this.datum("padded", 1), this.datum("other", 0)];
    for (const data of [[short], [padded], [short, other]]) {
      norms.push((await this.step(data, 0)).gradNorm ?? Number.NaN);
    }
    return classify(norms[1]! / norms[0]!, norms[2]! / norms[0]!);
  }

  /** Measured by a training pass without advantages, which leaves weights and gradient as they are. */
  private async logprob(): Promise<number> {
    return (await this.step([this.datum("short", 0)], 0)).logprob;
  }

  private async step(data: Datum[], learningRate: number, clip = 0) {
    const [{ logprobs }, metrics] = await Promise.all([
      this.model.forwardBackward(data, "importance_sampling"),
      this.model.optimStep({
        learning_rate: learningRate,
        beta1: 0,
        beta2: 0,
        eps,
        weight_decay: 0,
        grad_clip_norm: clip,
      }),
    ]);
    return { logprob: logprobs[0]![lengths.short - 1]!, gradNorm: metrics.grad_norm };
  }
}

/**
 * The reduction by the size of two gradients in units of the short datum's: that of the same datum with as many tokens
 * again, and that of it beside another of three times its tokens, none of which adds to the gradient.
 */
function classify(padded: number, joined: number): LossReduction {
  if (isNear(padded, 1)) {
    if (isNear(joined, 1)) return "sum";
    if (isNear(joined, 1 / 2)) return "mean-over-data";
  }
  if (isNear(padded, 1 / 2)) {
    if (isNear(joined, 1)) return "mean-over-tokens";
    if (isNear(joined, 1 / 2)) return "mean-over-tokens-then-data";
    if (isNear(joined, 1 / 4)) return "mean-over-all-tokens";
  }
  return "unknown";
}

/** Within a third of a value, on a scale where the values to be told apart differ by factors of two. */
function isNear(value: number, expected: number): boolean {
  return value > expected / 1.35 && value < expected * 1.35;
}
