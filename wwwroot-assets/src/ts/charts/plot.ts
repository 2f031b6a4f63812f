import uPlot from "uplot";
import { dashes, type Look } from "./colours";
import type { BoardSpec, ChartSpec, Mark, Points } from "./spec";
import { ticks, write } from "./units";

export interface PlotHooks { zoom(from: number, to: number): void; hover(plot: uPlot | null): void }
interface Wanted { spec: ChartSpec; board: BoardSpec; points: Points | null; colours: number[]; shown: boolean[]; look: Look; day: string; sync: string; width: number; height: number; hooks: PlotHooks }

const signs: Record<string, string> = { alert: "▲", delivery: "▼", scaling: "◆", change: "◆" };

export function markColour(mark: Mark, look: Look): string {
  return mark.kind === "alert" ? look.fail : mark.kind === "delivery" ? look.you : look.run;
}

/** Makes the plot; without points it has axes and nothing else. */
export function plot(host: HTMLElement, wanted: Wanted): uPlot {
  const { spec, board, points, look } = wanted;
  const lines = points?.lines ?? [];
  const data: uPlot.AlignedData = points && lines.length > 0 ? [points.times, ...points.values] : [[board.from, board.to], [null, null]];
  const options: uPlot.Options = {
    width: wanted.width,
    height: wanted.height,
    padding: [10, 10, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 7 },
      drag: { x: true, y: false, setScale: false },
      sync: { key: wanted.sync, filters: { pub: (type) => type !== "mouseup" && type !== "mousedown" } },
    },
    scales: {
      x: { time: true, range: () => [board.from, board.to] },
      y: { range: (_, min, max) => range(spec, min, max) },
    },
    axes: [axis(look, { values: (_, times, _a, _s, step) => ticks(times, step), space: 56, size: 28, grid: { show: false } }), axis(look, { values: (_, splits) => splits.map((v) => write(v, spec.unit, wanted.day)), space: 34, size: yWidth(look), ...(spec.unit.startsWith("bytes") ? { incrs: powers } : {}) })],
    series: [{}, ...(lines.length > 0 ? lines.map((line, at) => series(wanted, line.name, at)) : [{ show: true }])],
    hooks: {
      drawClear: [(u) => { u.ctx.font = look.font; }],
      draw: [(u) => { limits(u, wanted); marks(u, wanted); }],
      setSelect: [(u) => {
        if (u.select.width < 4) return;
        const [from, to] = [u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")];
        u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        if (to - from >= 5) wanted.hooks.zoom(from, to);
      }],
      setCursor: [(u) => wanted.hooks.hover(u)],
    },
  };
  return new uPlot(options, data, host);
}

const powers = Array.from({ length: 60 }, (_, at) => 2 ** at);

function axis(look: Look, more: uPlot.Axis): uPlot.Axis {
  return { stroke: look.text, font: look.font, ticks: { show: false }, grid: { stroke: look.grid, width: 1 }, gap: 6, ...more };
}

function yWidth(look: Look): uPlot.Axis.Size {
  return (u, values) => {
    if (!values || values.length === 0) return 40;
    u.ctx.font = look.font.replace("11px", `${11 * devicePixelRatio}px`);
    return Math.ceil(Math.max(...values.map((v) => u.ctx.measureText(v).width)) / devicePixelRatio) + 14;
  };
}

// Amounts begin at zero; parts of a whole that have a limit near it show the whole.
function range(spec: ChartSpec, min: number, max: number): [number, number] {
  const limit = Math.max(0, ...spec.limits.map((l) => l.value));
  if (!Number.isFinite(min) || !Number.isFinite(max)) return [0, spec.unit === "ratio" ? 1 : Math.max(1, limit * 1.25)];
  const whole = spec.unit === "ratio" && limit >= 0.8 ? 1 : 0;
  const near = max >= limit / 2 ? limit * 1.15 : 0;
  const top = Math.max(max * 1.08, whole, near);
  return [min < 0 ? min * 1.08 : 0, top > 0 ? top : 1];
}

function series(wanted: Wanted, name: string, at: number): uPlot.Series {
  const colour = wanted.colours[at];
  const stroke = wanted.look.series[colour];
  return {
    label: name,
    show: wanted.shown[at],
    stroke,
    width: 1.5,
    spanGaps: false,
    ...(dashes[colour] ? { dash: dashes[colour] } : {}),
    ...(wanted.spec.isArea && at === 0 && wanted.points?.lines.length! <= 4 ? { fill: faint(stroke) } : {}),
    points: { show: true, size: 4, fill: stroke, stroke, filter: (u, index) => lonely(u, index) },
  };
}

function faint(colour: string): string {
  return colour.startsWith("rgb(") ? colour.replace("rgb(", "rgba(").replace(")", ", 0.14)") : colour;
}

// A value between two gaps has no line: it is a dot.
function lonely(u: uPlot, index: number): number[] {
  const own = u.data[index];
  const found: number[] = [];
  for (let at = 0; at < own.length; at++) {
    if (own[at] != null && own[at - 1] == null && own[at + 1] == null) found.push(at);
  }
  return found;
}

function limits(u: uPlot, { spec, look }: Wanted): void {
  for (const limit of spec.limits) {
    const y = Math.round(u.valToPos(limit.value, "y", true));
    if (y < u.bbox.top || y > u.bbox.top + u.bbox.height) continue;
    const { ctx } = u;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = look.fail;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([5 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(u.bbox.left, y);
    ctx.lineTo(u.bbox.left + u.bbox.width, y);
    ctx.stroke();
    ctx.font = look.font.replace("11px", `${11 * devicePixelRatio}px`);
    ctx.textAlign = "left";
    ctx.textBaseline = y - 14 * devicePixelRatio > u.bbox.top - 4 ? "bottom" : "top";
    ctx.fillText(limit.name, u.bbox.left + 4 * devicePixelRatio, y + (ctx.textBaseline === "bottom" ? -2 : 2) * devicePixelRatio);
    ctx.restore();
  }
}

function marks(u: uPlot, { board, look }: Wanted): void {
  const { ctx } = u;
  ctx.save();
  ctx.font = look.font.replace("11px", `${11 * devicePixelRatio}px`);
  ctx.textAlign = "center";
  ctx.textBaseline = "bottom";
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const mark of board.marks) {
    if (mark.at < board.from || mark.at > board.to) continue;
    const x = Math.round(u.valToPos(mark.at, "x", true));
    ctx.strokeStyle = ctx.fillStyle = markColour(mark, look);
    ctx.beginPath();
    ctx.moveTo(x, u.bbox.top);
    ctx.lineTo(x, u.bbox.top + u.bbox.height);
    ctx.globalAlpha = 0.6;
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.fillText(signs[mark.kind] ?? "◆", x, u.bbox.top + 2 * devicePixelRatio);
  }
  ctx.restore();
}
