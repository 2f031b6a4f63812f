import { dashes, type Look } from "./colours";
import { fill, type Line, type Points, type Texts } from "./spec";
import { moment, write } from "./units";

type Attributes = Record<string, string>;

/** Makes an element with attributes and children; text is never read as markup. */
export function el<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function swatch(colour: number, look: Look): HTMLElement {
  const dash = dashes[colour];
  const line = look.series[colour];
  const made = el("span", { class: "chart-sw", "aria-hidden": "true" });
  made.style.background = dash ? `repeating-linear-gradient(90deg, ${line} 0 ${dash[0]}px, transparent ${dash[0]}px ${dash[0] + dash[1]}px)` : line;
  return made;
}

/** Names that begin alike are told apart by how they end: the beginning is left away, whole words of it. The rest has a name of its own. */
export function short(lines: Pick<Line, "name" | "isRest">[]): string[] {
  const own = lines.filter((l) => !l.isRest).map((l) => l.name);
  const first = own[0] ?? "";
  let same = first.length;
  for (const name of own) {
    while (same > 0 && !name.startsWith(first.slice(0, same))) same--;
  }
  const word = (before: number) => Math.max(first.lastIndexOf("-", before), first.lastIndexOf("/", before)) + 1;
  // One word that all have is kept before what differs: …node-0.
  const [differs, kept] = [word(same - 1), word(word(same - 1) - 2)];
  const cut = kept >= 8 ? kept : differs;
  const whole = own.length < 2 || cut < 8 || own.some((n) => n.length === cut);
  return lines.map((l) => (whole || l.isRest ? l.name : `…${l.name.slice(cut)}`));
}

/** The legend: a row for each line with its numbers; the name is a button that shows it alone. */
export function legend(points: Points, unit: string, colours: number[], shown: boolean[], look: Look, texts: Texts, pick: (at: number) => void): HTMLElement {
  const columns = ["min", "avg", "max", "last"] as const;
  const names = short(points.lines);
  const alone = shown.filter(Boolean).length === 1 && shown.length > 1;
  const rows = points.lines.map((line, at) => {
    const button = el("button", { type: "button", "aria-pressed": String(alone && shown[at]), title: line.name, "aria-label": fill(texts.isolate, { name: line.name }) }, swatch(colours[at], look), names[at]);
    button.addEventListener("click", () => pick(at));
    const cell = el("th", { scope: "row" }, button);
    if (line.hasInfinite) cell.append(el("span", { class: "t3", title: texts.infinite }, " ∞"));
    return el("tr", shown[at] ? {} : { class: "off" }, cell, ...columns.map((c) => el("td", { class: `r num ${c}` }, write(line[c], unit, texts.day))));
  });
  const head = el("tr", {}, el("th", { scope: "col" }, el("span", { class: "skip" }, texts.line)), ...columns.map((c) => el("th", { scope: "col", class: `r ${c}` }, texts[c])));
  return el("table", { class: "chart-lg" }, el("thead", {}, head), el("tbody", {}, ...rows));
}

/** Times by lines, at most sixty of them evenly spread: for screen readers and for those who read numbers. */
export function table(points: Points, title: string, unit: string, texts: Texts): HTMLElement {
  const every = Math.max(1, Math.ceil(points.count / 60));
  const span = points.count * points.step;
  const head = el("tr", {}, el("th", { scope: "col" }, texts.time), ...points.lines.map((l) => el("th", { scope: "col", class: "r" }, l.name)));
  const body = points.times.map((at, row) => ({ at, row })).filter(({ row }) => row % every === 0 || row === points.count - 1).map(({ at, row }) =>
    el("tr", {}, el("th", { scope: "row", class: "num" }, moment(at, span)), ...points.values.map((v) => el("td", { class: "r num" }, write(v[row], unit, texts.day)))));
  return el("div", { class: "chart-table scroll", tabindex: "0", role: "region", "aria-label": fill(texts.of, { title }) }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}
