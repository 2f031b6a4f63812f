import type uPlot from "uplot";
import { markColour } from "./plot";
import { el } from "./legend";
import type { Look } from "./colours";
import type { BoardSpec, Points, Texts } from "./spec";
import { moment, write } from "./units";

/** The one tooltip of a board: values at the pointer, and what happened there. */
export class Tip {
  private readonly box = el("div", { class: "chart-tip", role: "presentation", hidden: "" });

  constructor(private readonly host: HTMLElement, private readonly texts: Texts) {
    host.append(this.box);
  }

  hide(): void { this.box.hidden = true; }

  show(u: uPlot, points: Points, unit: string, colours: number[], look: Look, board: BoardSpec): void {
    const at = u.cursor.idx;
    const left = u.cursor.left ?? -1;
    if (at == null || left < 0 || !u.cursor.event) { this.hide(); return; }
    const rows = points.lines.flatMap((line, i) => {
      const value = points.values[i][at];
      if (!u.series[i + 1].show || value === null) return [];
      const dot = el("i", { "aria-hidden": "true" });
      dot.style.background = look.series[colours[i]];
      return [{ value, row: el("div", {}, dot, el("span", {}, line.name), el("b", { class: "num" }, write(value, unit, this.texts.day))) }];
    }).sort((a, b) => b.value - a.value).slice(0, 12).map((r) => r.row);
    const near = board.marks.filter((m) => Math.abs(u.valToPos(m.at, "x") - left) < 6).slice(0, 4).map((m) => {
      const row = el("div", { class: "mk" }, m.text);
      row.style.color = markColour(m, look);
      return row;
    });
    this.box.replaceChildren(el("div", { class: "t3 num" }, moment(points.times[at], board.to - board.from)), ...rows, ...near);
    this.box.hidden = false;
    this.place(u.over.getBoundingClientRect(), left);
  }

  private place(over: DOMRect, left: number): void {
    const [own, host] = [this.box.getBoundingClientRect(), this.host.getBoundingClientRect()];
    const x = over.left + left + 14 + own.width > Math.min(innerWidth, host.right) ? over.left + left - 14 - own.width : over.left + left + 14;
    this.box.style.left = `${Math.max(4, x) - host.left}px`;
    this.box.style.top = `${Math.max(host.top, over.top + 6) - host.top}px`;
  }
}
