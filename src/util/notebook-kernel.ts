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
   * tslab's own `display` sends one MIME type a time, so a viewer could not choose.
   */
  display(bundle: MimeBundle, options?: { id?: string; isUpdate?: boolean }): void;
}

let cell: string | undefined;

/** For the kernel: the cell that runs from now on, by its id or, if the front end names none, by its text. */
export function setCurrentCell(name: string): void {
  cell = name;
}

/** The cell that runs now; undefined in a kernel that does not say. */
export function currentCell(): string | undefined {
  return cell;
}

/**
 * The notebook's kernel, or undefined where the process is none. Looks for the copy of tslab that runs: importing it
 * would give another one, without a connection, and plain Node should not need it at all.
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
