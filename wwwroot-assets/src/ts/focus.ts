// A dialog's safe button takes the focus when it appears; so does the title of a page that a link led to, unless somebody
// is typing already.
let page = location.pathname;

function heading(node: HTMLElement): void {
  if (location.pathname === page) return;
  const title = node.matches("h1") ? node : node.querySelector<HTMLElement>("h1");
  if (!title) return;
  page = location.pathname;
  const active = document.activeElement;
  if (!(active instanceof HTMLElement) || !active.matches("input,textarea,select,[contenteditable]")) title.focus();
}

// On a phone the tabs scroll sideways; the open one is always in sight.
function showTab(): void {
  const tab = document.querySelector<HTMLElement>(".tabs [aria-current]");
  const bar = tab?.parentElement;
  if (!tab || !bar) return;
  const at = tab.getBoundingClientRect();
  const room = bar.getBoundingClientRect();
  if (at.left < room.left || at.right > room.right) bar.scrollLeft += at.left + at.width / 2 - room.left - room.width / 2;
}

export function startFocus(): void {
  new MutationObserver((changes) => {
    showTab();
    for (const change of changes) for (const node of change.addedNodes) {
      if (!(node instanceof HTMLElement)) continue;
      const wanted = node.matches("[data-autofocus]") ? node : node.querySelector<HTMLElement>("[data-autofocus]");
      if (wanted) setTimeout(() => wanted.focus(), 60);
      heading(node);
    }
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-current"] });
}
