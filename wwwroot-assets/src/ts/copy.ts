// Copy buttons: data-copy holds the value, or data-copy-from the id of the element whose text is copied.
async function copy(button: HTMLElement): Promise<void> {
  const from = button.dataset.copyFrom;
  const value = from ? document.getElementById(from)?.textContent ?? "" : button.dataset.copy === "location" ? location.href : button.dataset.copy ?? "";
  const said = button.parentElement?.querySelector<HTMLElement>(".said");
  try {
    await navigator.clipboard.writeText(value);
    if (said) said.textContent = button.dataset.copied ?? "";
  } catch {
    if (said) said.textContent = button.dataset.copyFailed ?? "";
  }
  if (said) setTimeout(() => { said.textContent = ""; }, 2000);
}

export function startCopy(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest<HTMLElement>("[data-copy],[data-copy-from]");
    if (button) void copy(button);
  });
}

/** Offers text as a file; nothing leaves the browser. */
export function saveFile(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
