import { el } from "./legend";

interface DotNet { invokeMethodAsync<T>(method: string, ...parameters: unknown[]): Promise<T> }
interface Suggestion { text: string; kind: string; help: string; start: number; back: number }

/** A text area for PromQL: suggestions of .NET in a list below, Enter runs. */
class Editor {
  private readonly area: HTMLTextAreaElement;
  private readonly list: HTMLElement;
  private readonly stop = new AbortController();
  private found: Suggestion[] = [];
  private at = -1;
  private asked = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, private readonly net: DotNet) {
    this.area = host.querySelector("textarea")!;
    this.list = host.querySelector("[role=listbox]")!;
    const options = { signal: this.stop.signal };
    this.area.addEventListener("input", () => this.soon(), options);
    this.area.addEventListener("keydown", (e) => this.key(e), options);
    this.area.addEventListener("blur", () => setTimeout(() => this.close(), 150), options);
    this.list.addEventListener("mousedown", (e) => {
      e.preventDefault();
      const item = (e.target as Element).closest<HTMLElement>("[role=option]");
      if (item) this.take(Number(item.dataset.at));
    }, options);
    host.addEventListener("click", (e) => { if ((e.target as Element).closest("[data-run]")) this.run(); }, options);
  }

  /** Takes the expression of the address, and puts the caret where Prometheus found it wrong. */
  tell(text: string, offset: number | null): void {
    if (this.area.value !== text && (document.activeElement !== this.area || this.area.defaultValue !== text)) this.area.value = text;
    this.area.defaultValue = text;
    if (offset !== null && this.area.value === text) {
      this.area.focus();
      this.area.setSelectionRange(offset, Math.min(text.length, offset + 1));
    }
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.stop.abort();
  }

  private run(): void {
    this.close();
    void this.net.invokeMethodAsync("RunAsync", this.area.value);
  }

  private soon(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.ask(), 120);
  }

  private async ask(): Promise<void> {
    const [number, text, caret] = [++this.asked, this.area.value, this.area.selectionStart];
    const found = await this.net.invokeMethodAsync<Suggestion[]>("SuggestAsync", text, caret);
    if (number !== this.asked || this.stop.signal.aborted || this.area.value !== text || document.activeElement !== this.area) return;
    this.found = found;
    this.at = -1;
    this.draw();
  }

  private draw(): void {
    this.list.replaceChildren(...this.found.map((s, at) => el("li", { role: "option", id: `promql-${at}`, "data-at": String(at), "aria-selected": String(at === this.at) },
      el("span", { class: "mono" }, s.text), el("span", { class: "t3" }, s.kind), ...(s.help ? [el("span", { class: "t2 help" }, s.help)] : []))));
    this.list.hidden = this.found.length === 0;
    this.area.setAttribute("aria-expanded", String(!this.list.hidden));
    if (this.at >= 0) this.area.setAttribute("aria-activedescendant", `promql-${this.at}`);
    else this.area.removeAttribute("aria-activedescendant");
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  private close(): void {
    this.asked++;
    clearTimeout(this.waiting);
    this.found = [];
    this.draw();
  }

  private take(at: number): void {
    const chosen = this.found[at];
    if (!chosen) return;
    this.area.setRangeText(chosen.text, chosen.start, this.area.selectionStart, "end");
    const caret = this.area.selectionStart - chosen.back;
    this.area.setSelectionRange(caret, caret);
    this.close();
  }

  private key(event: KeyboardEvent): void {
    const open = !this.list.hidden;
    if (event.key === " " && event.ctrlKey) void this.ask();
    else if (open && event.key === "ArrowDown") { this.at = (this.at + 1) % this.found.length; this.draw(); }
    else if (open && event.key === "ArrowUp") { this.at = (this.at <= 0 ? this.found.length : this.at) - 1; this.draw(); }
    else if (open && event.key === "Escape") this.close();
    else if (open && this.at >= 0 && (event.key === "Enter" || event.key === "Tab")) this.take(this.at);
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.run();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

export function edit(host: HTMLElement, net: DotNet): Editor {
  return new Editor(host, net);
}
