/** The browser's time zone as the IANA names it, or null where it does not tell. */
export function zone(): string | null {
  try {
    return Intl.DateTimeFormat().resolvedOptions().timeZone ?? null;
  } catch {
    return null;
  }
}
