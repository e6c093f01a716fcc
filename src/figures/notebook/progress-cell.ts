import { environment } from "../../util/environment.js";
import { currentKernelId, type NotebookKernel, notebookKernel } from "../../util/notebook-kernel.js";
import { untilStopped } from "../../util/stop-signal.js";
import { stopCell } from "../browser/stop-cell.js";
import { escapeHtml, uniqueElementId } from "../page/html.js";
import { pageScript } from "../page/page-data.js";

export interface ProgressCellParams {
  /** Milliseconds between two updates at least. Default 500. */
  interval?: number;
  /** HTML to show below the line, e.g. a picture. */
  below?: (isLast: boolean) => Promise<string>;
}

/** How far something is. */
export interface ProgressLine {
  text: string;
  /** In [0, 1]. */
  share: number;
  /** Outside a notebook, a line is written when this changes. Default: the text. */
  key?: string | number;
}

/** A display of long work. Call it with the progress of the work, and wait for `finish` when it is done. */
export interface ProgressCell {
  (line: ProgressLine): void;
  /** Draws the last state; until then a drawing may still be under way. */
  finish(): Promise<void>;
}

/**
 * A bar and a line of text under the running cell, redrawn repeatedly, with a stop button if there is a
 * Jupyter server to ask; a stopped cell says so. Outside a notebook it writes lines to standard error.
 */
export function progressCell({ interval = 500, below }: ProgressCellParams = {}): ProgressCell {
  const kernel = notebookKernel();
  const id = uniqueElementId();
  let latest: ProgressLine | undefined;
  let isShown = false;
  let written: string | number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();
  let isOver = false;
  const button = stopButton(kernel);

  const draw = async (isLast: boolean) => {
    if (!latest) return;
    const { share, key = latest.text } = latest;
    const text = stop?.aborted ? `stopped: ${latest.text}` : latest.text;
    if (!kernel) {
      if (key !== written) process.stderr.write(`${text}\n`);
      written = key;
      return;
    }
    const html = (await below?.(isLast)) ?? "";
    const bar = `<progress max="1" value="${share.toFixed(3)}" style="width:220px;vertical-align:middle"></progress> `;
    const bundle = { "text/html": `<div>${bar}${escapeHtml(text)}</div>${html}`, "text/plain": text };
    kernel.display(bundle, { id, isUpdate: isShown });
    isShown = true;
    if (isLast) button.hide();
    else button.show();
  };
  const finish = async () => {
    isOver = true;
    clearTimeout(timer);
    timer = undefined;
    await working;
    await draw(true);
  };
  // A stopped cell never calls `finish`.
  const stop = untilStopped();
  stop?.addEventListener("abort", () => {
    if (!isOver) void finish();
  });
  const update = (line: ProgressLine) => {
    if (stop?.aborted) return;
    latest = line;
    timer ??= setTimeout(() => {
      timer = undefined;
      working = working.then(() => draw(false)).catch(error => console.error("progress cell:", error));
    }, interval);
  };
  return Object.assign(update, { finish });
}

/** A separate output: one that is redrawn all the time would lose a click. */
function stopButton(kernel: NotebookKernel | undefined): { show(): void; hide(): void } {
  const id = uniqueElementId();
  const kernelId = currentKernelId();
  let isShown = false;
  const display = (html: string) =>
    kernel?.display({ "text/html": html, "text/plain": "" }, { id, isUpdate: isShown });
  return {
    show: () => {
      if (isShown || !kernelId || environment.showsStaticFigures) return;
      display(`<span id="${id}"></span>${pageScript([stopCell], `stopCell("${id}", "${kernelId}");`)}`);
      isShown = true;
    },
    hide: () => {
      if (isShown) display("");
      isShown = false;
    },
  };
}
