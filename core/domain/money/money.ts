/** Money is an integer in the currency's smallest unit and an ISO 4217 code; here it becomes text and whole units. */

const LOCALE = 'en-GB';
/** Making a formatter costs a hundred times its use, and boards format on every fact: each is made once. */
const formats = new Map<string, Intl.NumberFormat | null>();

/** Null where Intl knows no such code; the record only promises three letters. */
function formatOf(currency: string, symbol: 'symbol' | 'narrowSymbol', zeros: 'auto' | 'stripIfInteger'): Intl.NumberFormat | null {
  const key = `${currency} ${symbol} ${zeros}`;
  const kept = formats.get(key);
  if (kept !== undefined) return kept;
  let made: Intl.NumberFormat | null = null;
  try {
    made = new Intl.NumberFormat(LOCALE, { style: 'currency', currency, currencyDisplay: symbol, trailingZeroDisplay: zeros });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  formats.set(key, made);
  return made;
}

/** Digits behind the point: 2 for GBP, 0 for JPY, 3 for KWD; 2 where the code is unknown. */
export const currencyDigits = (currency: string): number => formatOf(currency, 'symbol', 'auto')?.resolvedOptions().maximumFractionDigits ?? 2;

/** How many of the currency's smallest units make one: 100 for GBP, 1 for JPY, 1000 for KWD. */
export const minorPerUnit = (currency: string): number => 10 ** currencyDigits(currency);

/** `£1,250.00`; with `stripIfInteger` `£1,250`. `narrowSymbol` gives `$` where `symbol` gives `US$`. */
export function moneyText(minor: number, currency: string, options: { readonly zeros?: 'auto' | 'stripIfInteger'; readonly symbol?: 'symbol' | 'narrowSymbol' } = {}): string {
  const units = minor / minorPerUnit(currency);
  return formatOf(currency, options.symbol ?? 'symbol', options.zeros ?? 'auto')?.format(units) ?? `${currency} ${units.toFixed(2)}`;
}
