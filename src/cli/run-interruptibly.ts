import { setMaxListeners } from "node:events";
import { Interrupted } from "../util/stop-signal.js";

/**
 * Runs something that stops at once on Ctrl-C or SIGTERM. A second Ctrl-C ends the process.
 * @param hint what to tell the user then
 */
export async function runInterruptibly<T>(
  hint: string,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // any number of requests waits at once
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interrupted(hint));
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await action(controller.signal);
  } catch (error) {
    // If anything failed because of the interruption, the interruption is the reason.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
