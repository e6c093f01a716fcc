import type { Figure } from "../figure.js";
import { type ThemeName, templates } from "./theme.js";

/** The same figure for a light or a dark background. */
export function withTheme(figure: Figure, theme: ThemeName): Figure {
  return { data: figure.data, layout: { ...figure.layout, template: templates[theme] } };
}
