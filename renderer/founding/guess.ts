/** What a venue's time zone and currency are likely to be, so that most people only look and press Enter. */

export const ZONES: readonly string[] = [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])];

const CURRENCY_OF_REGION: Readonly<Record<string, string>> = {
  GB: 'GBP', IM: 'GBP', JE: 'GBP', GG: 'GBP', US: 'USD', PR: 'USD', CA: 'CAD', AU: 'AUD', NZ: 'NZD', CH: 'CHF', LI: 'CHF', SE: 'SEK', NO: 'NOK', DK: 'DKK', IS: 'ISK',
  PL: 'PLN', CZ: 'CZK', HU: 'HUF', RO: 'RON', TR: 'TRY', UA: 'UAH', RS: 'RSD', IL: 'ILS', AE: 'AED', SA: 'SAR', QA: 'QAR', EG: 'EGP', MA: 'MAD', ZA: 'ZAR', NG: 'NGN', KE: 'KES',
  IN: 'INR', PK: 'PKR', LK: 'LKR', BD: 'BDT', CN: 'CNY', HK: 'HKD', TW: 'TWD', JP: 'JPY', KR: 'KRW', SG: 'SGD', MY: 'MYR', TH: 'THB', ID: 'IDR', PH: 'PHP', VN: 'VND',
  MX: 'MXN', BR: 'BRL', AR: 'ARS', CL: 'CLP', CO: 'COP', PE: 'PEN',
  ...Object.fromEntries(['AD', 'AT', 'BE', 'BG', 'CY', 'DE', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'IE', 'IT', 'LT', 'LU', 'LV', 'MC', 'MT', 'NL', 'PT', 'SI', 'SK', 'SM'].map((region) => [region, 'EUR'])),
};

/** A zone says better than a language where a machine stands; only those where the two often differ are named. */
const REGION_OF_ZONE: Readonly<Record<string, string>> = {
  'Europe/London': 'GB', 'Europe/Belfast': 'GB', 'Europe/Dublin': 'IE', 'Europe/Zurich': 'CH', 'Europe/Stockholm': 'SE', 'Europe/Oslo': 'NO', 'Europe/Copenhagen': 'DK', 'Europe/Warsaw': 'PL', 'Europe/Prague': 'CZ', 'Europe/Budapest': 'HU', 'Europe/Bucharest': 'RO', 'Europe/Istanbul': 'TR', 'Europe/Kyiv': 'UA', 'Europe/Kiev': 'UA', 'Europe/Belgrade': 'RS',
  ...Object.fromEntries(['Amsterdam', 'Athens', 'Berlin', 'Bratislava', 'Brussels', 'Helsinki', 'Lisbon', 'Ljubljana', 'Luxembourg', 'Madrid', 'Malta', 'Paris', 'Riga', 'Rome', 'Sofia', 'Tallinn', 'Vienna', 'Vilnius', 'Zagreb'].map((city) => [`Europe/${city}`, 'DE'])),
  ...Object.fromEntries(['New_York', 'Chicago', 'Denver', 'Los_Angeles', 'Phoenix', 'Anchorage', 'Detroit', 'Boise'].map((city) => [`America/${city}`, 'US'])),
  ...Object.fromEntries(['Toronto', 'Vancouver', 'Edmonton', 'Winnipeg', 'Halifax', 'Regina', 'St_Johns'].map((city) => [`America/${city}`, 'CA'])),
  'Pacific/Honolulu': 'US', 'America/Mexico_City': 'MX', 'America/Sao_Paulo': 'BR', 'Pacific/Auckland': 'NZ', 'Asia/Dubai': 'AE', 'Asia/Kolkata': 'IN', 'Asia/Calcutta': 'IN', 'Asia/Tokyo': 'JP', 'Asia/Singapore': 'SG', 'Asia/Hong_Kong': 'HK', 'Africa/Johannesburg': 'ZA',
};

const regionOf = (language: string): string | null => {
  try {
    return new Intl.Locale(language).maximize().region ?? null;
  } catch {
    // A browser may be set to something that is no language; then the zone alone decides.
    return null;
  }
};

export function guessCurrency(zone: string, language: string): string {
  const region = zone.startsWith('Australia/') ? 'AU' : (REGION_OF_ZONE[zone] ?? regionOf(language));
  return (region === null ? undefined : CURRENCY_OF_REGION[region]) ?? 'EUR';
}

/** Codes with their names in the page's language, by code: `GBP, British Pound`. Funds and metals are nobody's prices. */
export function currencies(language: string): { readonly value: string; readonly label: string }[] {
  const names = new Intl.DisplayNames([language], { type: 'currency', fallback: 'code' });
  return Intl.supportedValuesOf('currency')
    .filter((code) => !code.startsWith('X') || ['XAF', 'XCD', 'XOF', 'XPF'].includes(code))
    .map((value) => ({ value, label: `${value}, ${names.of(value) ?? value}` }));
}

/** `Europe/London` as people read it: `London, Europe`; the name itself is found too. */
export const zones = (): { readonly value: string; readonly label: string }[] => ZONES.map((value) => ({ value, label: value.replaceAll('_', ' ') }));
