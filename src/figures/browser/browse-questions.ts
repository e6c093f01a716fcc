import type { gunzipBase64 as GunzipBase64 } from "./gunzip-base64.js";

declare const gunzipBase64: typeof GunzipBase64;

/** The questions of a run as a page holds them; lists by position, since they are many. */
export interface PageQuestions {
  kinds: string[];
  verdicts: string[];
  /** Stage of each outer step. */
  stages: number[];
  /** Promoted dataset of each outer step; -1 = none. */
  promoted: number[];
  /** R_k of each outer step. */
  rewards: number[][];
  /**
   * Step, dataset, index of kind (-1 = none), question, answer, index of verdict (-1 = none), right answer if
   * wrong.
   */
  rows: [number, number, number, string, string, number, string][];
}

/** A table of questions to filter, sort and page through, in place of its static excerpt. */
export async function browseQuestions(id: string, packed: string): Promise<void> {
  const root = document.getElementById(id);
  if (!root) return;
  const { kinds, verdicts, stages, promoted, rewards, rows } = JSON.parse(
    await gunzipBase64(packed),
  ) as PageQuestions;
  type Row = PageQuestions["rows"][number];
  const pageSize = 25;

  const columns: { name: string; isNumber?: boolean; value: (row: Row) => string | number }[] = [
    { name: "step", isNumber: true, value: row => row[0] + 1 },
    { name: "stage", isNumber: true, value: row => stages[row[0]]! },
    { name: "dataset", isNumber: true, value: row => row[1] },
    ...(kinds.length > 0 ? [{ name: "kind", value: (row: Row) => kinds[row[2]] ?? "" }] : []),
    { name: "question", value: row => row[3] },
    { name: "answer", value: row => row[4] },
    ...(verdicts.length > 0
      ? [
          {
            name: "verdict",
            value: (row: Row) => (verdicts[row[5]] ?? "") + (row[6] ? ` (right: ${row[6]})` : ""),
          },
        ]
      : []),
    { name: "reward", isNumber: true, value: row => rewards[row[0]]![row[1]]! },
    { name: "kept", value: row => (promoted[row[0]] === row[1] ? "yes" : "") },
  ];

  const make = <K extends keyof HTMLElementTagNameMap>(tag: K, text = "", className = "") => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.className = className;
    return element;
  };
  const choice = (name: string, options: string[]) => {
    const select = make("select");
    select.setAttribute("aria-label", name);
    select.append(...[`any ${name}`, ...options].map((text, i) => new Option(text, i === 0 ? "" : text)));
    return select;
  };
  const stageChoice = choice(
    "stage",
    [...new Set(stages)].map(stage => `stage ${stage}`),
  );
  const kindChoice = choice("kind", kinds);
  const verdictChoice = choice("verdict", verdicts);
  const keptBox = make("input");
  keptBox.type = "checkbox";
  const keptLabel = make("label", " kept by a promotion");
  keptLabel.prepend(keptBox);
  const search = make("input");
  search.type = "search";
  search.placeholder = "search question or answer";
  const count = make("span", "", "quiet");
  const back = make("button", "\u2190");
  const forth = make("button", "\u2192");
  const controls = make("div", "", "soarlab-controls");
  controls.style.cssText = "display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:8px 0";
  controls.append(
    stageChoice,
    ...(kinds.length > 0 ? [kindChoice] : []),
    ...(verdicts.length > 0 ? [verdictChoice] : []),
    keptLabel,
    search,
    back,
    forth,
    count,
  );
  const table = make("table");
  const wide = make("div", "", "wide");
  wide.append(table);

  let page = 0;
  let sortBy = 0;
  let isDescending = false;
  const draw = () => {
    const text = search.value.toLowerCase();
    const found = rows.filter(
      row =>
        (!stageChoice.value || `stage ${stages[row[0]]}` === stageChoice.value) &&
        (!kindChoice.value || kinds[row[2]] === kindChoice.value) &&
        (!verdictChoice.value || verdicts[row[5]] === verdictChoice.value) &&
        (!keptBox.checked || promoted[row[0]] === row[1]) &&
        (!text || row[3].toLowerCase().includes(text) || row[4].toLowerCase().includes(text)),
    );
    const { value } = columns[sortBy]!;
    const sign = isDescending ? -1 : 1;
    found.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      return (
        sign *
        (typeof x === "number" ? x - (y as number) : x.localeCompare(y as string, "en", { numeric: true }))
      );
    });
    const pages = Math.max(1, Math.ceil(found.length / pageSize));
    page = Math.min(Math.max(0, page), pages - 1);
    const head = make("tr");
    columns.forEach(({ name, isNumber }, c) => {
      const mark = c === sortBy ? (isDescending ? " \u25be" : " \u25b4") : "";
      const cell = make("th", name + mark, isNumber ? "number" : "");
      cell.style.cssText = `cursor:pointer;white-space:nowrap;text-align:${isNumber ? "right" : "left"}`;
      cell.onclick = () => {
        isDescending = c === sortBy && !isDescending;
        sortBy = c;
        page = 0;
        draw();
      };
      head.append(cell);
    });
    const body = found.slice(page * pageSize, (page + 1) * pageSize).map(row => {
      const line = make("tr");
      for (const { value, isNumber } of columns) {
        const cell = value(row);
        const isFraction = typeof cell === "number" && !Number.isInteger(cell);
        const item = make("td", isFraction ? cell.toFixed(3) : String(cell), isNumber ? "number" : "");
        item.style.textAlign = isNumber ? "right" : "left"; // JupyterLab has its own idea
        line.append(item);
      }
      return line;
    });
    table.replaceChildren(head, ...body);
    count.textContent = `${found.length} of ${rows.length} questions, page ${page + 1} of ${pages}`;
    back.disabled = page === 0;
    forth.disabled = page === pages - 1;
  };
  const restart = () => {
    page = 0;
    draw();
  };
  for (const input of [stageChoice, kindChoice, verdictChoice, keptBox])
    input.addEventListener("change", restart);
  search.addEventListener("input", restart);
  back.onclick = () => {
    page--;
    draw();
  };
  forth.onclick = () => {
    page++;
    draw();
  };
  draw();
  root.replaceChildren(controls, wide);
}
