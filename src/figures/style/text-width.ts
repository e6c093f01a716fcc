/**
 * Widths of printable ASCII in DejaVu Sans, in thousandths of the font size, from the space on, as Chromium measures
 * them. It is the widest font that the figures' font list ends in on common machines; Helvetica and its like are about an
 * eighth narrower.
 */
const dejaVuSans = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
  636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295,
  295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838,
  500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521,
  392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

/**
 * Width of a line of text in the figures' font, in pixels, if a reader's machine has only the widest of the
 * list: what is laid out for it fits in the others.
 * @param size font size in pixels
 */
export function textWidth(text: string, size: number, { bold = false } = {}): number {
  let width = 0;
  for (const char of text) width += dejaVuSans[char.codePointAt(0)! - 32] ?? widthBeyondAscii(char);
  return ((width * size) / 1000) * (bold ? 1.13 : 1);
}

/** Wide scripts and emoji fill about an em, signs and arrows a little less, accented and Greek letters about a digit. */
function widthBeyondAscii(char: string): number {
  const code = char.codePointAt(0)!;
  if (code >= 0x2e80 || (code >= 0x1100 && code < 0x1200)) return 1000;
  return code >= 0x2000 || "\u00b1\u00d7".includes(char) ? 838 : 640;
}
