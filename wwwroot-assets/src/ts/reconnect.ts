// Says since when the circuit is lost; Blazor sets the state as a class.
export function startReconnect(): void {
  const strip = document.getElementById("components-reconnect-modal");
  if (!strip) return;
  const since = strip.querySelector<HTMLTimeElement>("time");
  let lost = false;
  new MutationObserver(() => {
    const now = /components-reconnect-(show|failed|rejected)/.test(strip.className);
    if (now && !lost && since) since.textContent = new Date().toLocaleTimeString(document.documentElement.lang || "en", { hour: "2-digit", minute: "2-digit", hour12: false });
    lost = now;
  }).observe(strip, { attributes: true, attributeFilter: ["class"] });
  document.addEventListener("click", (event) => {
    const target = event.target as Element | null;
    if (target?.closest("[data-reload]")) location.reload();
    if (target?.closest("[data-reconnect]")) void reconnect();
  });
}

async function reconnect(): Promise<void> {
  const blazor = (window as unknown as { Blazor?: { reconnect(): Promise<boolean> } }).Blazor;
  try { if (!await blazor?.reconnect()) location.reload(); } catch { /* The strip stays; the next try may work. */ }
}
