/**
 * Widths of printable ASCII in Helvetica (and Arial, and Liberation Sans, which are made to the same widths), in
 * thousandths of the font size, from the space on. Source: Adobe's Core 14 metrics, Helvetica.afm.
 */
const helvetica = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/**
 * Width of a line of text in the figures' font, in pixels. Helvetica's own, and a little more, since a reader's
 * machine may have to take another sans-serif.
 * @param size font size in pixels
 */
export function textWidth(text: string, size: number, { bold = false } = {}): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    // Beyond ASCII: wide scripts and emoji fill about an em, accented and Greek letters about as much as a digit.
    width += helvetica[code - 32] ?? (code >= 0x1100 ? 1000 : 580);
  }
  return ((width * size) / 1000) * (bold ? 1.07 : 1) * 1.03;
}
