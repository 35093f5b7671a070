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

const PARTED = /^(\d{1,3}(?:[, \u00a0]\d{3})+|\d+)(?:[.,](\d+))?$/;
/** Of a currency with three digits behind the point `1,250` is one and a quarter. */
const PARTED_BY_SPACES = /^(\d{1,3}(?:[ \u00a0]\d{3})+|\d+)(?:[.,](\d+))?$/;

/** What somebody has typed (`1,250`, `80.5`, `80,50`) in the currency's smallest unit, digit by digit and never by fractions; null = it is no amount of that currency. */
export function minorOf(text: string, currency: string): number | null {
  const digits = currencyDigits(currency);
  const found = (digits < 3 ? PARTED : PARTED_BY_SPACES).exec(text.trim());
  const [, whole = '', rest = ''] = found ?? [];
  if (!found || rest.length > digits) return null;
  const minor = Number(`${whole.replace(/\D/g, '')}${rest.padEnd(digits, '0')}`);
  return Number.isSafeInteger(minor) ? minor : null;
}

/** As {@link minorOf} reads it, without a sign of the currency: `1250.00`. */
export function plainText(minor: number, currency: string): string {
  const digits = currencyDigits(currency);
  const text = String(minor).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
