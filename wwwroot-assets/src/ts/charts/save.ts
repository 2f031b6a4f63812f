import type { Look } from "./colours";
import type { Points } from "./spec";

function offer(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const file = (title: string) => title.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "chart";

// A cell that begins like a formula is one to a spreadsheet.
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll("\"", "\"\"")}"` : safe;
}

/** Every time and value as a file; empty cells are gaps. */
export function csv(points: Points, title: string): string {
  const rows = [["time", ...points.lines.map((l) => cell(l.name))].join(",")];
  points.times.forEach((at, row) => rows.push([new Date(at * 1000).toISOString(), ...points.values.map((v) => v[row] ?? "")].join(",")));
  const text = `${rows.join("\r\n")}\r\n`;
  offer(`${file(title)}.csv`, new Blob([text], { type: "text/csv;charset=utf-8" }));
  return text;
}

/** The chart as a picture, with title and names of the lines. */
export function png(canvas: HTMLCanvasElement, points: Points, title: string, colours: number[], look: Look, text: string): void {
  const [ratio, row] = [devicePixelRatio, 18];
  const made = document.createElement("canvas");
  made.width = canvas.width;
  made.height = canvas.height + (40 + row * points.lines.length + 8) * ratio;
  const ctx = made.getContext("2d")!;
  ctx.fillStyle = look.surface;
  ctx.fillRect(0, 0, made.width, made.height);
  ctx.textBaseline = "middle";
  ctx.fillStyle = text;
  ctx.font = look.font.replace("11px", `600 ${15 * ratio}px`);
  ctx.fillText(title, 14 * ratio, 20 * ratio);
  ctx.drawImage(canvas, 0, 40 * ratio);
  ctx.font = look.font.replace("11px", `${12 * ratio}px`);
  points.lines.forEach((line, at) => {
    const y = canvas.height + (40 + row * (at + 0.5)) * ratio;
    ctx.fillStyle = look.series[colours[at]];
    ctx.fillRect(14 * ratio, y - 1.5 * ratio, 12 * ratio, 3 * ratio);
    ctx.fillStyle = text;
    ctx.fillText(line.name, 34 * ratio, y);
  });
  made.toBlob((blob) => { if (blob) offer(`${file(title)}.png`, blob); });
}
