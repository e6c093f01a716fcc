import { createRequire } from "node:module";

/** One output in the forms that different viewers can show, by MIME type. */
export type MimeBundle = Record<string, string>;

/** What tslab's kernel uses to send a display message (tslab/dist/jupyter.js). */
interface TslabJupyter {
  lastWriteDisplayData:
    | ((content: { data: MimeBundle; metadata: object; transient: object }, isUpdate: boolean) => void)
    | null;
}

/** The notebook that this process is the kernel of. */
export interface NotebookKernel {
  /**
   * Shows an output under the running cell; with an id that was shown before, in that one's place.
   * tslab's own `display` sends one MIME type at a time, so a viewer could not choose.
   */
  display(bundle: MimeBundle, options?: { id?: string; isUpdate?: boolean }): void;
}

/** One execution of a cell. */
export interface CellExecution {
  /** The cell, by its id or, if the front end gives none, by its text. */
  readonly cell: string;
}

let execution: CellExecution | undefined;
let kernelId: string | undefined;

/** For the kernel: the cell that runs from now on. */
export function setCurrentCell(cell: string): void {
  execution = { cell };
}

/** For the kernel: its id with the Jupyter server, as the name of its connection file has it. */
export function setKernelId(connectionFile: string): void {
  kernelId = /kernel-([0-9a-f-]{36})\.json$/.exec(connectionFile)?.[1];
}

/** The execution of a cell that runs now; undefined in a kernel that does not report it. */
export function currentExecution(): CellExecution | undefined {
  return execution;
}

/** The kernel's id with the Jupyter server; undefined in a kernel that does not report it. */
export function currentKernelId(): string | undefined {
  return kernelId;
}

/**
 * The notebook's kernel; undefined if the process is not one. Looks for the copy of tslab that runs:
 * importing it would give another one, without a connection, and plain Node should not need it at all.
 */
export function notebookKernel(): NotebookKernel | undefined {
  found ??= findKernel();
  return found;
}

let found: NotebookKernel | undefined;

function findKernel(): NotebookKernel | undefined {
  const { cache } = createRequire(import.meta.url);
  for (const [path, module] of Object.entries(cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path)) continue;
    const jupyter = module?.exports as TslabJupyter;
    if (!jupyter.lastWriteDisplayData) continue;
    return {
      display: (data, { id, isUpdate = false } = {}) =>
        jupyter.lastWriteDisplayData?.(
          { data, metadata: {}, transient: id ? { display_id: id } : {} },
          isUpdate,
        ),
    };
  }
  return undefined;
}
