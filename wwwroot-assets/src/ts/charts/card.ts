import type uPlot from "uplot";
import type { ColourBook, Look } from "./colours";
import { el, legend, table } from "./legend";
import { plot } from "./plot";
import { csv, png } from "./save";
import { decode, fill, type BoardSpec, type ChartSpec, type Points, type Texts } from "./spec";
import type { Tip } from "./tip";
import { moment, write } from "./units";

export interface Shared { texts: Texts; colours: ColourBook; look: Look; tip: Tip; sync: string; zoom(from: number, to: number): void }
const more = '<svg class="i ln-i" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3.5v.1M8 8v.1M8 12.5v.1" stroke-width="2.4"/></svg>';
let numbers = 0;

/** One chart: title, menu, plot, legend, and what is wrong with it. */
export class Card {
  readonly node: HTMLElement;
  points: Points | null = null;
  private readonly body = el("div", { class: "chart-plot" });
  private readonly said = el("p", { class: "chart-said", role: "status" });
  private readonly below = el("div", { class: "chart-below" });
  private readonly notes = el("div", { class: "chart-notes" });
  private readonly heading: HTMLElement;
  private readonly tableButton: HTMLButtonElement;
  private u: uPlot | null = null;
  private picked: string | null = null;
  private asTable = false;
  private asking: AbortController | null = null;
  private readonly watcher: ResizeObserver;
  private width = 0;
  // What the browser last told of the plot's place; asking it would lay the whole page out anew for each chart that came.
  private space = 0;
  private asked = 0;

  constructor(public spec: ChartSpec, public board: BoardSpec, private readonly shared: Shared) {
    const { texts } = shared;
    const menu = `chart-menu-${++numbers}`;
    this.heading = el("h2", {}, spec.title);
    this.tableButton = this.item(texts.table, () => { this.asTable = !this.asTable; this.draw(); });
    const opener = el("button", { type: "button", class: "ib", popovertarget: menu, "aria-haspopup": "true", "aria-label": fill(texts.actions, { title: spec.title }) });
    opener.innerHTML = more;
    const pop = el("div", { id: menu, popover: "", class: "pop" }, this.item(texts.full, () => this.full()), this.tableButton, this.item(texts.png, () => this.png()), this.item(texts.csv, () => { if (this.points) csv(this.points, spec.title); }));
    this.node = el("section", { class: `card chart${spec.isTall ? " tall" : ""}`, "aria-label": spec.title, "data-chart": spec.id },
      el("header", {}, this.heading, el("span", { class: "t3 s12" }, spec.unitWords), el("span", { class: "sp" }), opener, pop), this.notes, el("div", { class: "chart-mid" }, this.body, this.said), this.below);
    this.watcher = new ResizeObserver(([now]) => {
      this.space = Math.round(now.contentRect.width);
      if (Math.abs(this.space - this.width) > 1) { this.draw(); this.refine(); }
    });
    this.watcher.observe(this.body);
    this.node.addEventListener("fullscreenchange", () => requestAnimationFrame(() => { this.draw(); this.refine(); }));
  }

  /** Shows another range or selection; the old lines stay until the new ones come. */
  async show(spec: ChartSpec, board: BoardSpec): Promise<void> {
    const moved = spec.url !== this.spec.url || spec.body !== this.spec.body || !this.points;
    this.spec = spec;
    this.board = board;
    if (!this.u) this.draw();
    if (moved) await this.load();
    else this.draw();
  }

  // As many points as the screen shows: three of them to four pixels of the device at least, in steps, so that people share.
  private detail(): number {
    const pixels = (this.space || this.body.clientWidth) * devicePixelRatio * 0.75;
    return [2000, 1000, 500].find((d) => pixels >= d) ?? 250;
  }

  // A chart that grew shows what it has, and more when it comes; one that shrank has enough.
  private refine(): void {
    if (this.points && this.detail() > this.asked) void this.load();
  }

  private async load(): Promise<void> {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const slow = setTimeout(() => { if (!this.points) this.said.textContent = this.shared.texts.asking; }, 300);
    this.node.setAttribute("aria-busy", "true");
    try {
      const { url } = this.spec;
      this.asked = this.detail();
      const answer = await fetch(`${url}${url.includes("?") ? "&" : "?"}points=${this.asked}`, { signal: asking.signal, credentials: "same-origin", ...(this.spec.body === null ? {} : { method: "POST", body: this.spec.body, headers: { "Content-Type": "application/json" } }) });
      const buffer = await answer.arrayBuffer();
      if (asking.signal.aborted) return;
      if (!answer.ok || answer.redirected) this.fail(answer.redirected ? 401 : answer.status);
      else {
        this.points = decode(buffer);
        this.said.textContent = "";
        this.draw();
      }
    } catch (error) {
      if (!asking.signal.aborted) this.fail(0);
    } finally {
      clearTimeout(slow);
      if (this.asking === asking) this.node.removeAttribute("aria-busy");
    }
  }

  private fail(status: number): void {
    const { texts } = this.shared;
    const words = status === 401 ? texts.signIn : status === 403 || status === 404 ? texts.forbidden : texts.failed;
    const again = el("button", { type: "button", class: "btn s" }, texts.again);
    again.addEventListener("click", () => void this.load());
    this.said.textContent = "";
    this.notes.replaceChildren(el("p", { class: "warn" }, words, " "), ...(status === 401 || status === 403 ? [] : [again]));
  }

  /** Draws what is there, in the look of now. */
  draw(): void {
    const { points } = this;
    const lines = points?.lines ?? [];
    const full = document.fullscreenElement === this.node;
    const colours = this.shared.colours.choose(lines.map((l) => l.name));
    if (this.picked !== null && !lines.some((l) => l.name === this.picked)) this.picked = null;
    const shown = lines.map((l) => this.picked === null || l.name === this.picked);
    this.width = this.space || this.body.clientWidth;
    this.u?.destroy();
    this.u = null;
    this.body.replaceChildren();
    this.tableButton.textContent = this.asTable ? this.shared.texts.chart : this.shared.texts.table;
    if (this.asTable && points) this.body.append(table(points, this.spec.title, this.spec.unit, this.shared.texts));
    else if (this.width > 0) {
      this.u = plot(this.body, {
        spec: this.spec, board: this.board, points, colours, shown, look: this.shared.look, day: this.shared.texts.day, sync: this.shared.sync, width: this.width,
        height: full ? Math.max(240, innerHeight - 110 - 22 * Math.min(12, lines.length)) : this.spec.isTall ? 320 : 150,
        hooks: { zoom: (from, to) => this.shared.zoom(from, to), hover: (u) => { if (u && this.points) this.shared.tip.show(u, this.points, this.spec.unit, colours, this.shared.look, this.board); } },
      });
      this.u.root.setAttribute("role", "img");
      this.u.root.setAttribute("aria-label", this.describe());
      this.u.over.addEventListener("mouseleave", () => this.shared.tip.hide());
    }
    this.tell();
    this.below.replaceChildren(...(points && lines.length > 0 ? [legend(points, this.spec.unit, colours, shown, this.shared.look, this.shared.texts, (at) => { this.picked = this.picked === lines[at].name ? null : lines[at].name; this.draw(); })] : []));
  }

  private tell(): void {
    const { points } = this;
    if (!points) return;
    const { texts } = this.shared;
    const isEmpty = !points.values.some((v) => v.some((x) => x !== null));
    const problems = points.problems.map((p) => el("p", { class: p.colour }, p.text, ...(p.raw ? [el("span", { class: "t3" }, ` ${p.raw}`)] : [])));
    const rest = points.leftOut > 0 ? [el("p", { class: "t3" }, fill(texts.leftOut, { count: points.leftOut }))] : [];
    this.notes.replaceChildren(...problems, ...points.warnings.slice(0, 3).map((w) => el("p", { class: "t3" }, w)), ...rest);
    const span = this.board.to - this.board.from;
    this.said.textContent = isEmpty && points.problems.length === 0 ? fill(texts.noData, { from: moment(this.board.from, span), to: moment(this.board.to, span) }) : "";
    this.node.hidden = this.spec.isOptional && isEmpty;
  }

  private describe(): string {
    const lines = (this.points?.lines ?? []).slice(0, 8).map((l) => `${l.name} ${write(l.last, this.spec.unit, this.shared.texts.day)}`).join(", ");
    return fill(this.shared.texts.describe, { title: this.spec.title, lines: lines || this.said.textContent || "–" });
  }

  private item(words: string, act: () => void): HTMLButtonElement {
    const button = el("button", { type: "button" }, words);
    button.addEventListener("click", act);
    return button;
  }

  private full(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.node.requestFullscreen?.().catch(() => this.node.scrollIntoView());
  }

  private png(): void {
    if (!this.points || !this.u) return;
    const colours = this.shared.colours.choose(this.points.lines.map((l) => l.name));
    png(this.u.ctx.canvas, this.points, this.spec.title, colours, this.shared.look, getComputedStyle(this.heading).color);
  }

  dispose(): void {
    this.asking?.abort();
    this.watcher.disconnect();
    this.u?.destroy();
    this.node.remove();
  }
}
