// Making a formatter takes a hundred times as long as using one, and toLocaleString with options makes one each time.
const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();

/** A formatter of moments, made once for a language. The name stands for the options. */
export function dateFormat(language: string | undefined, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(dates, `${language} ${name}`, () => new Intl.DateTimeFormat(language, options));
}

/** A formatter of numbers with so many places at most, made once for a language. */
export function numberFormat(language: string | undefined, places: number): Intl.NumberFormat {
  return kept(numbers, `${language} ${places}`, () => new Intl.NumberFormat(language, { maximumFractionDigits: places, useGrouping: false }));
}

function kept<T>(all: Map<string, T>, key: string, make: () => T): T {
  let found = all.get(key);
  if (!found) all.set(key, (found = make()));
  return found;
}
