/**
 * The one style of all figures. Traces have colours with a contrast of at least 3:1 to both backgrounds if
 * they are lines or text, so a figure changes between light and dark by its template alone (see `withTheme`).
 */
export type ThemeName = "light" | "dark";

/**
 * Colours that readers with any of the common colour-vision deficiencies can tell apart (Okabe and Ito, "Color
 * Universal Design", 2008; without its black and its yellow, which vanish on one of the two backgrounds).
 */
export const palette = {
  blue: "#0072B2",
  vermilion: "#D55E00",
  green: "#009E73",
  pink: "#CC79A7",
  orange: "#E69F00",
  sky: "#56B4E9",
  grey: "#7F7F7F",
} as const;

/** The palette in the order in which series take it. */
export const colorway: readonly string[] = [
  palette.blue,
  palette.vermilion,
  palette.green,
  palette.pink,
  palette.orange,
  palette.sky,
  palette.grey,
];

export const fontFamily = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif";

/** Colours of page and figure other than those of series. */
export const themeColors = {
  light: { paper: "#ffffff", text: "#1f2328", quiet: "#57606a", grid: "#e4e7eb", line: "#8c959f" },
  dark: { paper: "#14171c", text: "#e6e8eb", quiet: "#9aa4b0", grid: "#2a2f37", line: "#6b7480" },
} as const satisfies Record<ThemeName, Record<string, string>>;

/** Plotly templates. */
export const templates: Record<ThemeName, { data: object; layout: Record<string, unknown> }> = {
  light: template("light"),
  dark: template("dark"),
};

function template(name: ThemeName) {
  const { paper, text, quiet, grid, line } = themeColors[name];
  const axis = {
    gridcolor: grid,
    linecolor: line,
    zerolinecolor: line,
    zerolinewidth: 1,
    tickcolor: line,
    tickfont: { color: text, size: 12 },
    title: { font: { color: text, size: 13 }, standoff: 10 },
    automargin: true,
  };
  return {
    data: { bar: [{ type: "bar", error_x: { color: text }, error_y: { color: text } }] },
    layout: {
      colorway: [...colorway],
      font: { family: fontFamily, size: 12, color: text },
      paper_bgcolor: paper,
      plot_bgcolor: paper,
      title: { font: { size: 17, color: text }, subtitle: { font: { size: 12, color: quiet } } },
      xaxis: { ...axis, ticks: "outside", ticklen: 4, showline: true, showgrid: false, zeroline: false },
      yaxis: { ...axis, ticks: "", showline: false, showgrid: true },
      legend: { font: { color: text, size: 12 } },
      hoverlabel: { font: { family: fontFamily, size: 12 } },
      annotationdefaults: { font: { color: text, size: 12 }, showarrow: false },
      shapedefaults: { line: { color: line } },
    },
  };
}
