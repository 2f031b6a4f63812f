// Ages and clocks tick here, not over the circuit. The server writes the first text into each <time>.
import { dateFormat } from "./formats";

interface Words { s: string; min: string; h: string; d: string; ago: string; in: string; now: string }

function words(): Words {
  const given = document.documentElement.dataset;
  const [s, min, h, d] = (given.units ?? "s|min|h|d").split("|");
  return { s, min, h, d, ago: given.ago ?? "{0} ago", in: given.in ?? "in {0}", now: given.now ?? "now" };
}

// Days before months, as in the texts.
function tongue(): string {
  const language = document.documentElement.lang || "en";
  return language === "en" ? "en-GB" : language;
}

/** 34 min · 2 h 10 min · 46 d; with `fine` also 6 min 02 s. */
export function span(milliseconds: number, fine: boolean, w: Words): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} ${w.s}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return fine ? `${minutes} ${w.min} ${String(seconds % 60).padStart(2, "0")} ${w.s}` : `${minutes} ${w.min}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} ${w.h}` : `${hours} ${w.h} ${minutes % 60} ${w.min}`;
  return `${Math.floor(hours / 24)} ${w.d}`;
}

function text(time: HTMLTimeElement, at: Date, w: Words): string {
  const language = tongue();
  const past = Date.now() + skew - at.getTime();
  switch (time.dataset.kind) {
    case "ago": return past >= 86_400_000 ? dateFormat(language, "day", { day: "numeric", month: "short", year: "numeric" }).format(at) : w.ago.replace("{0}", span(past, false, w));
    case "age": return span(past, false, w);
    case "fine": return span(past, true, w);
    case "in": return past >= 0 ? w.now : w.in.replace("{0}", span(-past + 999, true, w));
    case "clock": return dateFormat(language, "clock", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).format(at);
    case "moment": return dateFormat(language, "moment", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).format(at);
    default: return dateFormat(language, "whole", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
  }
}

// The server's clock less the browser's, so that ages are right on a machine whose clock is wrong.
const skew = Number(document.documentElement.dataset.serverTime ?? Date.now()) - Date.now();

function refresh(time: HTMLTimeElement, w: Words): void {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const next = text(time, at, w);
  // The node is Blazor's: change its value, never replace it.
  const node = time.firstChild;
  if (node instanceof Text) { if (node.nodeValue !== next) node.nodeValue = next; }
  const title = `${dateFormat(tongue(), "title", { dateStyle: "medium", timeStyle: "long" }).format(at)} · ${at.toISOString().slice(0, 19)}Z`;
  if (time.title !== title) time.title = title;
}

function refreshAll(): void {
  const w = words();
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-kind]")) refresh(time, w);
}

export function startClock(): void {
  setInterval(() => { if (!document.hidden) refreshAll(); }, 1000);
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; refreshAll(); });
  }).observe(document.body, { childList: true, subtree: true });
  refreshAll();
}
