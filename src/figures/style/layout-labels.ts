import { textWidth } from "./text-width.js";

export interface PlacedLabel {
  x: number;
  text: string;
  /** Row from the bottom, from 0. */
  row: number;
  /** Side of the label that stands at x; labels near an end of the axis lean inwards. */
  anchor: "left" | "center" | "right";
}

/**
 * Places labels along an axis in as few rows as possible without overlap.
 * @param range of the axis, in data units
 * @param width of the axis, in pixels
 * @param size of the font, in pixels
 */
export function layoutLabels(
  labels: readonly { x: number; text: string }[],
  { range, width, size }: { range: readonly [number, number]; width: number; size: number },
): PlacedLabel[] {
  const scale = width / (range[1] - range[0]);
  const ends: number[] = [];
  return [...labels]
    .sort((a, b) => a.x - b.x)
    .map(({ x, text }) => {
      const at = (x - range[0]) * scale;
      const length = textWidth(text, size);
      const anchor = at < length / 2 ? "left" : at > width - length / 2 ? "right" : "center";
      const begin = at - (anchor === "left" ? 0 : anchor === "right" ? length : length / 2);
      const free = ends.findIndex(end => end < begin);
      const row = free < 0 ? ends.length : free;
      ends[row] = begin + length + 10;
      return { x, text, row, anchor };
    });
}
