import { setMaxListeners } from "node:events";
import { notebookKernel } from "./notebook-kernel.js";

/** Ctrl-C, SIGTERM or a notebook's stop button: not a failure; the message says how to resume. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

let stop = controller();
let isListening = false;

/**
 * A signal for work that a notebook's stop button ends: it aborts with `signal`, and when the cell that runs at the
 * moment of the call is stopped. Jupyter stops a cell by SIGINT, after which the kernel leaves the cell's own promise
 * behind; without this the work would continue. Outside a notebook it is `signal` alone.
 */
export function untilStopped(signal?: AbortSignal): AbortSignal | undefined {
  if (!notebookKernel()) return signal;
  // Not at once: tslab runs a cell, up to its first await, by vm with breakOnSigint, which takes SIGINT's listeners away
  // and breaks those that are added meanwhile, so that the signal would end the process.
  if (!isListening) setImmediate(listenForStop);
  return signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
}

/** Listens for the stop button from now on; for the kernel, outside any cell. */
export function listenForStop(): void {
  if (isListening) return;
  isListening = true;
  process.on("SIGINT", () => {
    const stopped = stop;
    stop = controller(); // what is begun from now on is not stopped
    stopped.abort(new Interrupted("stopped; what is finished is kept: run the cell again to go on"));
  });
}

function controller(): AbortController {
  const made = new AbortController();
  setMaxListeners(0, made.signal);
  return made;
}
