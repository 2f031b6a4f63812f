/** A text that is longer than a message of the circuit may be: it stays in the browser, and is read as a stream when it is wanted. */
class Paste {
  private readonly area: HTMLTextAreaElement;
  private readonly file: HTMLInputElement;
  private readonly stop = new AbortController();
  private tooLong = false;

  constructor(host: HTMLElement) {
    this.area = host.querySelector("[data-text]")!;
    this.file = host.querySelector("[data-file]")!;
    this.file.addEventListener("change", () => void this.take(), { signal: this.stop.signal });
    this.area.addEventListener("input", () => { this.tooLong = false; }, { signal: this.stop.signal });
  }

  /** Gives the text as UTF-8; what is longer than may be is not sent, only a byte more than may be. */
  read(most: number): Uint8Array | Blob {
    const bytes = this.tooLong ? null : new TextEncoder().encode(this.area.value);
    return bytes && bytes.length <= most ? bytes : new Blob([new Uint8Array(most + 1)]);
  }

  clear(): void {
    this.area.value = this.file.value = "";
    this.tooLong = false;
  }

  dispose(): void { this.stop.abort(); }

  // A file of many megabytes would make the field slow; it is refused anyway.
  private async take(): Promise<void> {
    const chosen = this.file.files?.[0];
    if (!chosen) return;
    this.tooLong = chosen.size > 4 * 1024 * 1024;
    this.area.value = this.tooLong ? "" : await chosen.text();
  }
}

export function paste(host: HTMLElement): Paste {
  return new Paste(host);
}
