import { dateFormat, numberFormat } from "../formats";

/** Numbers with their unit, short enough for an axis and a legend. */
const binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const bits = ["b", "kb", "Mb", "Gb", "Tb", "Pb"];
const metric = ["", "k", "M", "G", "T", "P"];

function digits(value: number): string {
  const size = Math.abs(value);
  const places = size === 0 || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 3 : 5;
  const text = numberFormat(document.documentElement.lang || undefined, places).format(value);
  return size > 0 && size < 0.00001 ? value.toExponential(1) : text;
}

function scaled(value: number, base: number, names: string[], glue: string): string {
  let at = 0;
  let rest = value;
  while (Math.abs(rest) >= base && at < names.length - 1) {
    rest /= base;
    at++;
  }
  return names[at] === "" ? digits(rest) : `${digits(rest)}${glue}${names[at]}`;
}

function seconds(value: number, day: string): string {
  const size = Math.abs(value);
  if (size === 0) return "0 s";
  if (size < 0.001) return `${digits(value * 1e6)} µs`;
  if (size < 1) return `${digits(value * 1000)} ms`;
  if (size < 120) return `${digits(value)} s`;
  if (size < 7200) return `${digits(value / 60)} min`;
  if (size < 172800) return `${digits(value / 3600)} h`;
  return `${digits(value / 86400)} ${day}`;
}

/** Writes a value for people; null is a dash. */
export function write(value: number | null | undefined, unit: string, day: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  switch (unit) {
    case "ratio": return `${digits(Math.abs(value) >= 0.1 ? Math.round(value * 100) : Math.abs(value) >= 0.001 ? Math.round(value * 1000) / 10 : value * 100)} %`;
    case "bytes": return scaled(value, 1024, binary, " ");
    case "bytespersecond": return `${scaled(value, 1024, binary, " ")}/s`;
    case "bits": return scaled(value, 1000, bits, " ");
    case "bitspersecond": return `${scaled(value, 1000, bits, " ")}/s`;
    case "persecond": return `${scaled(value, 1000, metric, " ")}/s`;
    case "seconds": return seconds(value, day);
    case "cores": case "count": return digits(value);
    default: return scaled(value, 1000, metric, " ");
  }
}

const pad = (number: number) => String(number).padStart(2, "0");

/** A time of day, with the date where more than a day is shown. */
export function moment(at: number, span: number): string {
  const date = new Date(at * 1000);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}${span <= 900 ? `:${pad(date.getSeconds())}` : ""}`;
  return span > 86400 * 0.99 ? `${day(date)} ${time}` : time;
}

/** A day as people write it, without the year. */
export function day(date: Date): string {
  return dateFormat(document.documentElement.lang || undefined, "short day", { day: "numeric", month: "short" }).format(date);
}

/** The axis' times: hours, and the day at midnight. */
export function ticks(times: number[], step: number): string[] {
  return times.map((at) => {
    const date = new Date(at * 1000);
    if (step >= 86400 || (date.getHours() === 0 && date.getMinutes() === 0)) return day(date);
    return `${pad(date.getHours())}:${pad(date.getMinutes())}${step < 60 ? `:${pad(date.getSeconds())}` : ""}`;
  });
}
