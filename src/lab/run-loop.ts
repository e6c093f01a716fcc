import { untilStopped } from "../util/stop-signal.js";
import type { LoopClaim } from "./event-log.js";
import type { Lab } from "./lab.js";

/**
 * Runs the steps of an experiment as the one loop over its log. The steps get a lab of their own, whose requests end
 * when the loop ends, however it does: after the last step, by an error, because the caller left it (`break`, `return()`),
 * closed the log, aborted the lab's signal or stopped the notebook's cell. Models that the steps left on the server are
 * unloaded, and the same call again resumes from the log.
 *
 * @throws Error if another loop over the log is under way; the reason of what stopped it
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
    // Whatever fell over because the loop was stopped, that is the reason.
    throw signal.aborted ? signal.reason : error;
  } finally {
    await end();
  }
}
