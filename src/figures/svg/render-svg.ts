import { checkFigure, type Figure } from "../figure.js";
import { designWidth } from "../style/base-layout.js";
import { plotlyWindow } from "./plotly-window.js";

export interface RenderSvgOptions {
  /** Pixels; default: the layout's own, else 820 x 450. At least 100. */
  width?: number;
  height?: number;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * A figure as a self-contained SVG image, made without a browser: Plotly draws into a simulated page. The same figure
 * gives the same text. Two calls never draw at once.
 * @throws TypeError if it is not a figure, RangeError if the size is not valid for an image
 */
export function renderSvg(figure: Figure, options: RenderSvgOptions = {}): Promise<string> {
  const drawn = last.then(() => draw(figure, options));
  last = drawn.catch(() => {});
  return drawn;
}

async function draw(figure: Figure, options: RenderSvgOptions): Promise<string> {
  checkFigure(figure);
  const width = size("width", options.width ?? figure.layout.width ?? designWidth);
  const height = size("height", options.height ?? figure.layout.height ?? 450);
  const { document, Plotly, seedRandom } = await plotlyWindow();
  // Ids in the image have random digits: the same figure must give the same text, another figure other ids.
  seedRandom(JSON.stringify([figure, width, height]));
  const element = document.createElement("div");
  document.body.append(element);
  try {
    const layout = { ...figure.layout, width, height, autosize: false };
    await Plotly.newPlot(element, structuredClone(figure.data), structuredClone(layout), {
      staticPlot: true,
    });
    // Plotly.toImage would do the same to a second drawing.
    return Plotly.Snapshot.toSVG(element, "svg");
  } finally {
    Plotly.purge(element);
    element.remove();
  }
}

function size(name: string, value: unknown): number {
  if (typeof value === "number" && value >= 100 && value <= 10_000) return value;
  throw new RangeError(`renderSvg: ${name} = ${value}, expected pixels in [100, 10000]`);
}
