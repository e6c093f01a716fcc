import { colorway, palette } from "./theme.js";

/** Cividis, which readers with any colour vision see as a scale (Nunez et al. 2018), less its darkest end. */
const scale = ["#1f3b6d", "#3f4f70", "#5a6273", "#737577", "#8d8a77", "#a99f71", "#c6b562", "#e6cd45"];

/**
 * A colour for each kind: steps of one scale where the kinds are numbered ("k=3"), else one colour each. A kind without
 * a number among numbered ones ("ill-posed") is vermilion.
 */
export function kindColors(kinds: readonly string[]): Map<string, string> {
  const numbered = kinds.filter(kind => /\d/.test(kind));
  if (numbered.length < 2) {
    return new Map(
      kinds.map((kind, i) => [kind, kind === "other" ? palette.grey : colorway[i % colorway.length]!]),
    );
  }
  const step = (scale.length - 1) / Math.max(1, numbered.length - 1);
  const colors = new Map(numbered.map((kind, i) => [kind, scale[Math.round(i * step)]!]));
  const others = [palette.vermilion, palette.pink, palette.grey];
  let next = 0;
  return new Map(
    kinds.map(kind => [
      kind,
      colors.get(kind) ?? (kind === "other" ? palette.grey : others[next++ % others.length]!),
    ]),
  );
}
