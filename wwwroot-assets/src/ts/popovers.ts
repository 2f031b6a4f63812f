// Menus are native popovers; this places them at their button and closes them after a choice.
function place(button: Element, pop: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const size = pop.getBoundingClientRect();
  const room = 8;
  const left = at.left + size.width > innerWidth - room ? at.right - size.width : at.left;
  const below = at.bottom + 4;
  const top = below + size.height > innerHeight - room && at.top - size.height - 4 > room ? at.top - size.height - 4 : below;
  pop.style.left = `${Math.max(room, Math.min(left, innerWidth - size.width - room))}px`;
  pop.style.top = `${top}px`;
}

export function startPopovers(): void {
  let last: Element | null = null;
  document.addEventListener("click", (event) => {
    const target = event.target as Element | null;
    const opener = target?.closest("[popovertarget]");
    if (opener) last = opener;
    const choice = target?.closest("a,button");
    const pop = target?.closest<HTMLElement>("[popover]");
    if (pop && choice && !opener && !choice.hasAttribute("data-stay")) pop.hidePopover();
  }, { capture: true });
  document.addEventListener("toggle", (event) => {
    const pop = event.target as HTMLElement;
    if (!(pop instanceof HTMLElement) || !pop.matches(".pop") || (event as ToggleEvent).newState !== "open") return;
    if (last) place(last, pop);
    pop.querySelector<HTMLElement>("[autofocus],a,button:not([disabled])")?.focus();
  }, { capture: true });
  addEventListener("scroll", () => { document.querySelector<HTMLElement>(".pop:popover-open")?.hidePopover(); }, { passive: true });
}
