import type { Figure } from "../figure.js";

/** A figure's title without markup; "figure" where it has none. */
export function figureTitle({ layout }: Figure): string {
  const { title } = layout as { title?: string | { text?: string } };
  return ((typeof title === "string" ? title : title?.text) ?? "figure").replace(/<[^>]*>/g, " ");
}
