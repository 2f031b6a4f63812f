// Keys of every page: / filter, g + letter goes, c creates, j k move in a table, ? lists them. Off while typing.
const stored = "portal.keys";
let afterG = 0;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function click(selector: string): boolean {
  const found = document.querySelector<HTMLElement>(selector);
  found?.click();
  return found !== null;
}

function move(step: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-rows] a.nm")];
  if (rows.length === 0) return false;
  const now = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.max(0, Math.min(rows.length - 1, now + step))].focus();
  return true;
}

function press(event: KeyboardEvent): boolean {
  if (afterG > Date.now() - 1500) {
    afterG = 0;
    return click(`[data-go="${CSS.escape(event.key)}"]`);
  }
  switch (event.key) {
    case "g": afterG = Date.now(); return true;
    case "/": { const filter = document.querySelector<HTMLElement>("[data-filter]"); filter?.focus(); return filter !== null; }
    case "c": return click("[data-key=c]");
    case "j": return move(1);
    case "k": return move(-1);
    case "?": document.getElementById("keys")?.togglePopover(); return true;
    default: return false;
  }
}

function escape(target: EventTarget | null): void {
  if (!(target instanceof HTMLInputElement) || !target.matches("[data-filter]")) return;
  if (target.value === "") { target.blur(); return; }
  target.value = "";
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

export function startKeys(): void {
  const off = () => localStorage.getItem(stored) === "off";
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { escape(event.target); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || off() || typing(event.target)) return;
    if (press(event)) event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.matches("[data-keys-switch]")) localStorage.setItem(stored, box.checked ? "on" : "off");
  });
  document.addEventListener("toggle", (event) => {
    const box = (event.target as HTMLElement).querySelector?.<HTMLInputElement>("[data-keys-switch]");
    if (box) box.checked = !off();
  }, { capture: true });
}
