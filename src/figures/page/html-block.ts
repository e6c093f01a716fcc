/** Something to show that is no figure: HTML, and the same as plain text for viewers without. */
export interface HtmlBlock {
  html: string;
  text: string;
}
