import { type SeriesStyle, seriesStyle } from "./series-style.js";

/**
 * The look of a series by its place among all names.
 * @throws RangeError where it is none of them
 */
export function styleOf(name: string, allNames: readonly string[]): SeriesStyle {
  const place = allNames.indexOf(name);
  if (place < 0) throw new RangeError(`allNames: lacks "${name}"; it has ${allNames.join(", ")}`);
  return seriesStyle(place);
}
