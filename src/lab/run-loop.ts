import { untilStopped } from "../util/stop-signal.js";
import type { LoopClaim } from "./event-log.js";
import type { Lab } from "./lab.js";

/**
 * Runs the steps of an experiment as the only loop over its log. The steps get their own lab, whose requests end when
 * the loop ends for any reason: after the last step, by an error, or because the caller left it (`break`, `return()`),
 * closed the log, aborted the lab's signal or stopped the notebook's cell. Models that the steps left on the server
 * are unloaded. The same call resumes from the log.
 *
 * @throws Error if another loop over the log is active; the reason why the loop was stopped
 */
export async function* runLoop<Own extends Lab, Step>(
  lab: Own,
  log: { startLoop(signal?: AbortSignal): Promise<LoopClaim> },
  steps: (lab: Own) => AsyncGenerator<Step>,
): AsyncGenerator<Step> {
  const claim = await log.startLoop(untilStopped(lab.signal));
  const { signal } = claim;
  const service = lab.service.scope(signal);
  let isYielded = false;
  let ended: Promise<void> | undefined;
  const end = () => {
    ended ??= service.unloadModels().finally(() => claim.end());
    return ended;
  };
  // A caller that was stopped may never ask for the next step, nor leave the loop.
  signal.addEventListener("abort", () => {
    if (isYielded) void end();
  });
  try {
    for await (const step of steps({ ...lab, service, signal })) {
      isYielded = true;
      yield step;
      isYielded = false;
      signal.throwIfAborted();
    }
  } catch (error) {
    // Whichever call failed because the loop was stopped, the stop is the reason to report.
    throw signal.aborted ? signal.reason : error;
  } finally {
    await end();
  }
}
