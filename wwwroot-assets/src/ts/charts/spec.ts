/** What .NET tells a board (ChartBoardSpec), and what a chart fetches (ChartWire). Times are Unix seconds. */
export interface Limit { value: number; name: string }
export interface Mark { at: number; kind: string; text: string; url: string }
export interface ChartSpec {
  id: string; title: string; unit: string; unitWords: string; url: string; body: string | null;
  isArea: boolean; isOptional: boolean; isTall: boolean; slot: string | null; limits: Limit[];
}
export interface BoardSpec { from: number; to: number; charts: ChartSpec[]; marks: Mark[] }
export interface Line { name: string; min: number | null; max: number | null; avg: number | null; last: number | null; hasInfinite: boolean; isRest?: boolean }
export interface Problem { cluster: string; trouble: string; colour: string; text: string; raw: string | null }
export interface Points {
  start: number; step: number; count: number; lines: Line[]; problems: Problem[]; warnings: string[]; leftOut: number;
  times: number[]; values: (number | null)[][];
}
export type Texts = Record<string, string>;

/** Reads the length of the head, the head, and the lines' values; what is not finite is a gap. */
export function decode(buffer: ArrayBuffer): Points {
  const length = new DataView(buffer).getInt32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Omit<Points, "times" | "values">;
  const floats = new Float32Array(buffer, 4 + length);
  const times = Array.from({ length: head.count }, (_, at) => head.start + at * head.step);
  const values = head.lines.map((_, line) => {
    const own = new Array<number | null>(head.count);
    for (let at = 0; at < head.count; at++) {
      const value = floats[line * head.count + at];
      own[at] = Number.isFinite(value) ? value : null;
    }
    return own;
  });
  return { ...head, times, values };
}

/** Fills the named places of a text: {name}. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => (name in values ? String(values[name]) : all));
}
