const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

export const knownCurrency = (code: string): boolean => CURRENCIES.has(code);

/** Zones have more names than are listed; what the calendar can use is known. An offset is no zone: it has no summer time. */
export function knownZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    // The only way to ask: it throws for what it does not know.
    return false;
  }
}
