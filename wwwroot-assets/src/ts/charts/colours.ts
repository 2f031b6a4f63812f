/** Colours of tokens.json, as they are in the theme that is shown now. */
export interface Look { series: string[]; text: string; grid: string; surface: string; fail: string; warn: string; run: string; you: string; font: string }
export const dashes: (number[] | undefined)[] = [undefined, undefined, undefined, undefined, [6, 3], [2, 3], [8, 3, 2, 3], [1, 3]];

/** Reads them: a variable holds light-dark(), only a used colour is resolved. */
export function look(host: HTMLElement): Look {
  const probe = document.createElement("i");
  probe.hidden = true;
  host.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--cp-${name})`;
    return getComputedStyle(probe).color;
  };
  const found: Look = {
    series: dashes.map((_, at) => read(`series-${at + 1}`)),
    text: read("text-3"), grid: read("line-soft"), surface: read("surface"), fail: read("fail"), warn: read("warn"), run: read("run"), you: read("you"),
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
  };
  probe.remove();
  return found;
}

function hash(name: string): number {
  let sum = 2166136261;
  for (const c of name) sum = Math.imul(sum ^ (c.codePointAt(0) ?? 0), 16777619);
  return sum >>> 0;
}

/** Keeps a line's colour on all charts of a page; within one chart no colour comes twice while there are others. */
export class ColourBook {
  private readonly known = new Map<string, number>();

  choose(names: string[]): number[] {
    const taken = new Set<number>();
    const chosen = names.map((name) => {
      const old = this.known.get(name);
      if (old === undefined || taken.has(old)) return -1;
      taken.add(old);
      return old;
    });
    const first = names.length <= 4 ? 4 : 8;
    return chosen.map((old, at) => {
      if (old >= 0) return old;
      const next = this.free(hash(names[at]), taken, first);
      taken.add(next);
      if (!this.known.has(names[at])) this.known.set(names[at], next);
      return next;
    });
  }

  // Of the colours that are free in the chart, first those that stand for nothing on the page yet.
  private free(start: number, taken: Set<number>, first: number): number {
    const used = new Set(this.known.values());
    for (const many of [first, 8]) {
      const order = Array.from({ length: many }, (_, at) => (start + at) % many).filter((at) => !taken.has(at));
      const found = order.find((at) => !used.has(at)) ?? order[0];
      if (found !== undefined) return found;
    }
    return start % 8;
  }
}
