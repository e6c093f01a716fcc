import { type SquareMatrix, squareMatrix } from "./linear-algebra/square-matrix.js";

export interface NgramKernelParams {
  texts: readonly string[];
  /** Lengths of the n-grams, in tokens; the kernel is the mean of theirs. Default [1, 2, 3, 4]. */
  lengths?: readonly number[];
  /** Default: LaTeX commands, words, numbers and single other characters, case kept. */
  tokenize?: (text: string) => string[];
}

/**
 * Similarity of texts without a model: the mean over n-gram lengths of the cosine of their n-gram counts (the
 * n-gram kernel of Friedman and Dieng 2023, "The Vendi Score"), scaled so that every text has similarity 1 to
 * itself even if it is too short to have a long n-gram; one too short for all lengths counts as one n-gram.
 * So texts without any token are alike to one another and unlike all others.
 *
 * @throws RangeError if a length is not a positive whole number, or there are over 20,000 texts
 */
export function ngramKernel({
  texts,
  lengths = [1, 2, 3, 4],
  tokenize = mathTokens,
}: NgramKernelParams): SquareMatrix {
  if (lengths.length === 0) throw new RangeError("ngramKernel: lengths is empty, expected at least one");
  const size = texts.length;
  const kernel = squareMatrix(size);
  const tokens = texts.map(text => tokenize(text));
  const shortest = Math.min(...lengths);
  for (const length of lengths) {
    if (!(Number.isInteger(length) && length >= 1)) {
      throw new RangeError(`ngramKernel: length ${length}, expected a positive whole number`);
    }
    addCosines(kernel, tokens, length, shortest);
  }
  const { data } = kernel;
  const scales = Float64Array.from({ length: size }, (_, i) => 1 / Math.sqrt(data[i * size + i]!));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      // Exactly 1 on the diagonal: the product of rounded square roots is not quite.
      const value = i === j ? 1 : data[i * size + j]! * scales[i]! * scales[j]!;
      data[i * size + j] = value;
      data[j * size + i] = value;
    }
  }
  return kernel;
}

/** Adds the cosines of the n-gram counts of one length, of which `shortest` is the least, to the lower triangle. */
function addCosines(
  { size, data }: SquareMatrix,
  tokens: readonly string[][],
  length: number,
  shortest: number,
): void {
  // By n-gram, the texts that have it and how often: most pairs of texts share few.
  const postings = new Map<string, { text: number; count: number }[]>();
  const squares = new Float64Array(size);
  tokens.forEach((words, text) => {
    const counts = new Map<string, number>();
    const grams = words.length < shortest ? 1 : words.length - length + 1;
    for (let i = 0; i < grams; i++) {
      const gram = words.slice(i, i + length).join("\u0000");
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    for (const [gram, count] of counts) {
      const posting = postings.get(gram);
      if (posting) posting.push({ text, count });
      else postings.set(gram, [{ text, count }]);
      squares[text]! += count * count;
    }
  });
  const scales = squares.map(square => 1 / Math.sqrt(square));
  for (const posting of postings.values()) {
    for (const a of posting) {
      const weight = a.count * scales[a.text]!;
      for (const b of posting) {
        if (b.text > a.text) break;
        data[a.text * size + b.text]! += weight * b.count * scales[b.text]!;
      }
    }
  }
}

function mathTokens(text: string): string[] {
  return text.match(/\\?\p{L}[\p{L}\p{M}]*|\p{N}+|\S/gu) ?? [];
}
