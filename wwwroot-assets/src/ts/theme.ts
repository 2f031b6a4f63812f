// The choice is kept in a cookie, so that the server renders the page in it from the first byte.
export function setTheme(choice: string): void {
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `portal-theme=${choice};path=/;max-age=31536000;samesite=lax${secure}`;
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}
