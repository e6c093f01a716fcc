import type { DOMWindow } from "jsdom";
import { textWidth } from "../style/text-width.js";

interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

type Point = readonly [number, number];

/**
 * Gives a jsdom window what Plotly needs of a browser beyond the tree: the sizes of drawn elements. Text is
 * measured with DejaVu Sans's widths, other shapes by their coordinates, groups by their content; that is all
 * that the layout of legends, ticks and titles rests on.
 */
export function mockSvgMetrics(window: DOMWindow): void {
  const prototypes = [window.Element.prototype, window.SVGElement.prototype] as unknown as Record<
    string,
    unknown
  >[];
  for (const prototype of prototypes) {
    prototype.getBBox = function (this: Element) {
      return rectangle(boxOf(this));
    };
    prototype.getComputedTextLength = function (this: Element) {
      const box = boxOf(this);
      return box ? box.x1 - box.x0 : 0;
    };
    prototype.getBoundingClientRect = function (this: Element) {
      return this.namespaceURI === "http://www.w3.org/2000/svg" && this.tagName !== "svg"
        ? rectangle(transformed(this, boxOf(this)))
        : rectangle(sizeOf(this));
    };
    prototype.getTotalLength = function (this: Element) {
      return walk(pathPoints(this.getAttribute("d") ?? ""), Number.POSITIVE_INFINITY).length;
    };
    prototype.getPointAtLength = function (this: Element, length: number) {
      const [x, y] = walk(pathPoints(this.getAttribute("d") ?? ""), length).point;
      return { x, y };
    };
    prototype.getScreenCTM = () => ({ a: 1, b: 0, c: 0, d: 1, e: 0, f: 0, inverse: () => ({}) });
  }
}

/** Box of an HTML element or an svg root: its own width and height. */
function sizeOf(element: Element): Box {
  const { style } = element as HTMLElement;
  const size = (name: "width" | "height") =>
    Number.parseFloat(style?.[name] || element.getAttribute(name) || "0") || 0;
  return { x0: 0, y0: 0, x1: size("width"), y1: size("height") };
}

/** Box of an SVG element in its own coordinates; undefined if it draws nothing. */
function boxOf(element: Element): Box | undefined {
  switch (element.tagName) {
    case "text":
    case "tspan":
      return textBox(element);
    case "rect":
    case "image": {
      const [x, y, width, height] = ["x", "y", "width", "height"].map(name =>
        numberOf(element, name),
      ) as number[];
      return { x0: x!, y0: y!, x1: x! + width!, y1: y! + height! };
    }
    case "circle": {
      const [cx, cy, r] = ["cx", "cy", "r"].map(name => numberOf(element, name)) as [number, number, number];
      return { x0: cx - r, y0: cy - r, x1: cx + r, y1: cy + r };
    }
    case "line":
      return around([
        [numberOf(element, "x1"), numberOf(element, "y1")],
        [numberOf(element, "x2"), numberOf(element, "y2")],
      ]);
    case "path":
      return around(pathPoints(element.getAttribute("d") ?? ""));
    case "defs":
    case "clipPath":
    case "style":
    case "title":
      return undefined;
    default:
      return union([...element.children].map(child => transformed(child, boxOf(child))));
  }
}

/** Lines of text are tspans of class "line"; Plotly sets them 1.3 em apart. */
function textBox(element: Element): Box | undefined {
  const size = fontSize(element);
  const lines = [...element.children].filter(child => child.getAttribute("class") === "line");
  const bold = /bold|[6-9]00/.test(inherited(element, "font-weight") ?? "");
  const widths = (lines.length > 0 ? lines : [element]).map(line => inlineWidth(line, size, bold));
  if (widths.every(width => width === 0)) return undefined;
  const width = Math.max(...widths);
  const anchor = inherited(element, "text-anchor") ?? "start";
  const x = numberOf(element, "x");
  const y = numberOf(element, "y");
  const x0 = anchor === "middle" ? x - width / 2 : anchor === "end" ? x - width : x;
  return { x0, y0: y - 0.93 * size, x1: x0 + width, y1: y + 0.22 * size + (widths.length - 1) * 1.3 * size };
}

/** Width of one line, its bold, raised and differently sized parts each with their own font. */
function inlineWidth(node: Node, size: number, bold: boolean): number {
  let width = 0;
  for (const child of node.childNodes) {
    if (child.nodeType === 3)
      width += textWidth((child.textContent ?? "").replace(/[\u200b\n]/g, ""), size, { bold });
    else if (child.nodeType === 1) {
      const own = (child as Element).getAttribute("style") ?? "";
      const scale = /font-size:\s*([\d.]+)(px|%|em)?/.exec(own);
      const factor = !scale
        ? 1
        : scale[2] === "%"
          ? Number(scale[1]) / 100
          : scale[2] === "em"
            ? Number(scale[1])
            : Number(scale[1]) / size;
      width += inlineWidth(child, size * factor, bold || /font-weight:\s*(bold|[6-9]00)/.test(own));
    }
  }
  return width;
}

function fontSize(element: Element): number {
  return Number.parseFloat(inherited(element, "font-size") ?? "") || 12;
}

function inherited(element: Element, name: string): string | undefined {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const own = (at as SVGElement).style?.getPropertyValue(name) || at.getAttribute(name);
    if (own) return own;
  }
  return undefined;
}

function pathPoints(d: string): Point[] {
  const points: Point[] = [];
  let x = 0;
  let y = 0;
  for (const [, command, rest] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const values = (rest!.match(/-?\d*\.?\d+(?:e[-+]?\d+)?/gi) ?? []).map(Number);
    const relative = command === command!.toLowerCase();
    const at = (dx: number, dy: number): Point => (relative ? [x + dx, y + dy] : [dx, dy]);
    switch (command!.toUpperCase()) {
      case "H":
        for (const value of values) {
          x = relative ? x + value : value;
          points.push([x, y]);
        }
        break;
      case "V":
        for (const value of values) {
          y = relative ? y + value : value;
          points.push([x, y]);
        }
        break;
      case "A":
        for (let i = 0; i + 6 < values.length; i += 7) {
          [x, y] = at(values[i + 5]!, values[i + 6]!);
          points.push([x, y]);
        }
        break;
      default: {
        const step = { C: 6, S: 4, Q: 4 }[command!.toUpperCase()] ?? 2;
        for (let i = 0; i + step - 1 < values.length; i += step) {
          for (let j = 0; j < step - 2; j += 2) points.push(at(values[i + j]!, values[i + j + 1]!));
          [x, y] = at(values[i + step - 2]!, values[i + step - 1]!);
          points.push([x, y]);
        }
      }
    }
  }
  return points;
}

/** Walks along a polyline: returns the point after `length`, or the last, and the length walked. */
function walk(points: readonly Point[], length: number): { point: Point; length: number } {
  let gone = 0;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    const step = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (step > 0 && gone + step >= length) {
      const share = (length - gone) / step;
      return { point: [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])], length };
    }
    gone += step;
  }
  return { point: points.at(-1) ?? [0, 0], length: gone };
}

/** A box after its element's own transform. */
function transformed(element: Element, box: Box | undefined): Box | undefined {
  const transform = element.getAttribute("transform");
  if (!box || !transform) return box;
  let corners: Point[] = [
    [box.x0, box.y0],
    [box.x1, box.y0],
    [box.x0, box.y1],
    [box.x1, box.y1],
  ];
  for (const [, name, list] of [...transform.matchAll(/(\w+)\(([^)]*)\)/g)].reverse()) {
    const v = list!
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    corners = corners.map(([x, y]): Point => {
      if (name === "translate") return [x + v[0]!, y + (v[1] ?? 0)];
      if (name === "scale") return [x * v[0]!, y * (v[1] ?? v[0]!)];
      if (name === "matrix") return [v[0]! * x + v[2]! * y + v[4]!, v[1]! * x + v[3]! * y + v[5]!];
      if (name !== "rotate") return [x, y];
      const angle = (v[0]! * Math.PI) / 180;
      const [cx, cy] = [v[1] ?? 0, v[2] ?? 0];
      const [dx, dy] = [x - cx, y - cy];
      return [
        cx + dx * Math.cos(angle) - dy * Math.sin(angle),
        cy + dx * Math.sin(angle) + dy * Math.cos(angle),
      ];
    });
  }
  return around(corners);
}

function around(points: readonly Point[]): Box | undefined {
  if (points.length === 0) return undefined;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}

function union(boxes: readonly (Box | undefined)[]): Box | undefined {
  return around(boxes.flatMap(box => (box ? [[box.x0, box.y0] as const, [box.x1, box.y1] as const] : [])));
}

function rectangle(box: Box | undefined) {
  const { x0, y0, x1, y1 } = box ?? { x0: 0, y0: 0, x1: 0, y1: 0 };
  return { x: x0, y: y0, left: x0, top: y0, right: x1, bottom: y1, width: x1 - x0, height: y1 - y0 };
}

function numberOf(element: Element, name: string): number {
  return Number.parseFloat(element.getAttribute(name) ?? "") || 0;
}
