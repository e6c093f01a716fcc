import { type BarMarker, barMarker, seriesStyle } from "./series-style.js";
import { colorway, palette } from "./theme.js";

/** Cividis, which readers with any colour vision see as a scale (Nunez et al. 2018), less its darkest end. */
const scale = [
  "#1f3b6d",
  "#3b4c70",
  "#535d72",
  "#6a6e76",
  "#808077",
  "#989275",
  "#b0a46d",
  "#cab85e",
  "#e6cd45",
];

/** Hues that stand out from the scale. */
const beside = [palette.vermilion, palette.pink, palette.green, palette.sky];

const hues = colorway.filter(color => color !== palette.grey);

/**
 * How the bars of each of at most nine kinds look: steps of one scale if the kinds are numbered ("k=3"), else
 * a colour each, hatched once the colours have run out. "other" is grey. No two are alike.
 */
export function kindMarkers(kinds: readonly string[]): Map<string, BarMarker> {
  const numbered = kinds.filter(kind => /\d/.test(kind));
  const isScale = numbered.length > 1;
  const step = (scale.length - 1) / (numbered.length - 1);
  let named = 0;
  const marker = (kind: string): BarMarker => {
    if (kind === "other") return { color: palette.grey };
    if (isScale && numbered.includes(kind))
      return { color: scale[Math.round(numbered.indexOf(kind) * step)]! };
    return barMarker(seriesStyle(named++, isScale ? beside : hues));
  };
  return new Map(kinds.map(kind => [kind, marker(kind)]));
}
