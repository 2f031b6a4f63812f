import { Card, type Shared } from "./card";
import { ColourBook, look } from "./colours";
import { el } from "./legend";
import { fill, type BoardSpec, type Texts } from "./spec";
import { Tip } from "./tip";

export { edit } from "./editor";
export { paste } from "./paste";

interface DotNet { invokeMethodAsync(method: string, ...parameters: unknown[]): Promise<unknown> }
let boards = 0;

/** The charts of a page, with one cross-hair, one tooltip and one set of colours. */
class Board {
  private readonly cards = new Map<string, Card>();
  private readonly grid = el("div", { class: "charts-grid" });
  private readonly foot = el("p", { class: "t3 s13 charts-foot" });
  private readonly shared: Shared;
  private readonly themes: MutationObserver;
  private readonly stop = new AbortController();
  private waiting: BoardSpec | null = null;

  constructor(private readonly host: HTMLElement, net: DotNet, private readonly texts: Texts) {
    host.replaceChildren(this.grid, this.foot);
    this.shared = { texts, colours: new ColourBook(), look: look(host), tip: new Tip(host, texts), sync: `board-${++boards}`, zoom: (from, to) => void net.invokeMethodAsync("ZoomAsync", from, to) };
    const repaint = () => { this.shared.look = look(host); for (const card of this.cards.values()) card.draw(); };
    this.themes = new MutationObserver(repaint);
    this.themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint, { signal: this.stop.signal });
    document.addEventListener("visibilitychange", () => { if (!document.hidden && this.waiting) void this.show(this.waiting); }, { signal: this.stop.signal });
    // Typefaces come after the first picture; axes are measured in them.
    void document.fonts.ready.then(() => { if (!this.stop.signal.aborted) repaint(); });
  }

  /** Shows a range and a selection; a page that nobody sees asks for nothing until it is seen. */
  async show(board: BoardSpec): Promise<void> {
    this.waiting = null;
    if (document.hidden && this.cards.size > 0) {
      this.waiting = board;
      return;
    }
    const wanted = new Set(board.charts.map((c) => c.id));
    for (const [id, card] of this.cards) {
      if (wanted.has(id)) continue;
      card.dispose();
      this.cards.delete(id);
    }
    this.grid.classList.toggle("one", board.charts.length === 1);
    const all = board.charts.map((spec) => {
      let card = this.cards.get(spec.id);
      if (!card) {
        card = new Card(spec, board, this.shared);
        this.cards.set(spec.id, card);
      }
      // A chart stands in the board's grid, or where the page has a place for it.
      const home = (spec.slot && document.getElementById(spec.slot)) || this.grid;
      if (card.node.parentElement !== home) home.append(card.node);
      return card.show(spec, board);
    });
    await Promise.all(all);
    if (this.stop.signal.aborted) return;
    const hidden = [...this.cards.values()].filter((c) => c.node.hidden && c.points?.problems.length === 0).map((c) => c.spec.title);
    this.foot.textContent = hidden.length > 0 ? fill(this.texts.notMeasured, { titles: hidden.join(", ") }) : "";
    this.host.dataset.drawn = String(performance.now());
  }

  dispose(): void {
    this.stop.abort();
    this.themes.disconnect();
    for (const card of this.cards.values()) card.dispose();
    this.cards.clear();
    this.host.replaceChildren();
  }
}

export function open(host: HTMLElement, net: DotNet, texts: Texts): Board {
  return new Board(host, net, texts);
}
