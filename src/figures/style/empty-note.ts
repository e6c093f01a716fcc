/** A line in the middle of a figure that has nothing to draw, saying why. */
export function emptyNote(text: string) {
  return {
    xref: "paper",
    yref: "paper",
    x: 0.5,
    y: 0.5,
    xanchor: "center",
    yanchor: "middle",
    showarrow: false,
    text,
    font: { size: 14 },
  };
}
