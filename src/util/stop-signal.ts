import { setMaxListeners } from "node:events";
import { notebookKernel } from "./notebook-kernel.js";

/** Ctrl-C, SIGTERM or a notebook's stop button: not a failure; the message says how to go on. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

let stop: AbortController | undefined;

/**
 * A signal for work that a notebook's stop button ends: it aborts with `signal`, and when the cell that runs at the
 * moment of the call is stopped. Jupyter stops a cell by SIGINT, after which the kernel leaves the cell's own promise
 * behind; without this the work would go on. Outside a notebook it is `signal` alone.
 */
export function untilStopped(signal?: AbortSignal): AbortSignal | undefined {
  if (!notebookKernel()) return signal;
  stop ??= listen();
  return signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
}

function listen(): AbortController {
  process.once("SIGINT", () => {
    const stopped = stop;
    stop = undefined; // what is begun from now on is not stopped
    stopped?.abort(new Interrupted("stopped; what is finished is kept: run the cell again to go on"));
  });
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
