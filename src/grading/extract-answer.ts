import { extractAllBoxed, extractBoxed } from "./extract-boxed.js";
import { withoutDrafts } from "./without-drafts.js";

/** Ways to find an answer in a text, in the order in which they are tried. */
export type Extraction = "boxed" | "answer is" | "last";

export interface ExtractedAnswer {
  answer: string;
  /** How it was found. */
  by: Extraction;
}

/** How to extract the final answer of a completion. */
export interface ExtractionOptions {
  /**
   * Ways to try. Default only "boxed", as SOAR's rewards require. "answer is": what follows the last "the answer is" or
   * "answer:". "last": the last formula between dollar signs, else the last number.
   */
  ways?: readonly Extraction[];
  /** The last box (default), or all boxes with commas between, for models that box each of several answers. */
  boxes?: "last" | "all";
  /** Whether the text between <think> and </think> counts. Default false: a box in it is a draft. */
  drafts?: boolean;
}

export interface ExtractAnswerParams extends ExtractionOptions {
  /** A model's completion. */
  text: string;
}

const longest = 2000;

/** Returns the final answer of a completion, or undefined if it has none. Linear in the text's length, never throws. */
export function extractAnswer({
  text,
  ways = ["boxed"],
  boxes = "last",
  drafts = false,
}: ExtractAnswerParams): ExtractedAnswer | undefined {
  const read = drafts ? text : withoutDrafts(text);
  for (const by of ways) {
    const answer = (by === "boxed" && boxes === "all" ? joinBoxes(read) : extractors[by](read))?.trim();
    // An empty box is an answer, though not one that can be right.
    if (answer || (answer === "" && by === "boxed")) return { answer, by };
  }
  return undefined;
}

function joinBoxes(text: string): string | undefined {
  const boxes = extractAllBoxed(text);
  return boxes.length === 0 ? undefined : boxes.join(", ");
}

const extractors: Record<Extraction, (text: string) => string | undefined> = {
  boxed: extractBoxed,
  "answer is": text => {
    const starts = [...text.matchAll(/\b(?:answer|result)(?: is| are|:|\*\*:| =)\s{0,4}/gi)];
    const start = starts.at(-1);
    if (!start) return undefined;
    const rest = text.slice(start.index + start[0].length).slice(0, longest);
    const formula = /^[\s:*]{0,6}(?:\$+([^$]+)\$+|\\\((.+?)\\\)|\\\[(.+?)\\\])/s.exec(rest);
    if (formula) return formula[1] ?? formula[2] ?? formula[3];
    // To the end of the sentence; a point between digits does not end one.
    return /^[\s:*]{0,6}((?:[^\n.*]|\.(?=\d)){1,200})/.exec(rest)?.[1];
  },
  last: text => {
    const tail = text.slice(-4 * longest);
    const formula = [...tail.matchAll(/\$([^$\n]{1,400})\$|\\\(([^\n]{1,400}?)\\\)/g)].at(-1);
    if (formula) return formula[1] ?? formula[2];
    return [...tail.matchAll(/-?\d+(?:,\d{3})*(?:\.\d+)?(?:\/\d+)?%?/g)].at(-1)?.[0];
  },
};
