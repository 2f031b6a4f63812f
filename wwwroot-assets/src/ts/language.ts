// The choice is kept in a cookie; the server makes the page anew in that language.
export function startLanguage(): void {
  document.addEventListener("click", (event) => {
    const choice = (event.target as Element | null)?.closest<HTMLElement>("[data-language]")?.dataset.language;
    if (choice === undefined || choice === document.documentElement.lang) return;
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `portal-language=${choice};path=/;max-age=31536000;samesite=lax${secure}`;
    location.reload();
  });
}
