import { mean } from "../metrics/statistics.js";
import type { Promotion, RunEvent, StartEvent, StepEvent } from "./events.js";

/** The state of a run. Always derived from its events, never stored. */
export interface RunState {
  start: StartEvent | undefined;
  steps: StepEvent[];
  /** Promotions so far, each with its outer step. */
  promotions: (Promotion & { step: number })[];
  /** Values of the moving average, one per step since it last restarted, oldest first. */
  window: number[];
  /** The next outer step to do. */
  nextStep: number;
  ended: boolean;
}

/** Mean over datasets of the teacher's reward, R_k. */
export function meanReward({ rewards }: Pick<StepEvent, "rewards">): number {
  return mean(rewards.flat());
}

/** Mean of the values that decide promotions: the students' gains, or the rewards if those are the gains. */
function meanGain({ rewards, gains = rewards }: StepEvent): number {
  return mean(gains.flat());
}

/** Replays events and returns the resulting state. */
export function replay(events: readonly RunEvent[], { restartWindow }: { restartWindow: boolean }): RunState {
  const steps = events.filter(event => event.type === "step");
  const promotions = steps.flatMap(({ step, promotion }) => (promotion ? [{ ...promotion, step }] : []));
  const windowStart = restartWindow ? (promotions.at(-1)?.step ?? -1) + 1 : 0;
  return {
    start: events.find(event => event.type === "start"),
    steps,
    promotions,
    window: steps.filter(step => step.step >= windowStart).map(meanGain),
    nextStep: steps.length,
    ended: events.at(-1)?.type === "end",
  };
}
