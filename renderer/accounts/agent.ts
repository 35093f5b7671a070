import { t } from '../i18n/index.ts';

const BROWSERS = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
] as const;
const SYSTEMS = [
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['macOS', /Macintosh/],
  ['Linux', /Linux/],
] as const;

const first = (table: readonly (readonly [string, RegExp])[], text: string): string | null => table.find(([, pattern]) => pattern.test(text))?.[0] ?? null;

/** What a browser calls itself, in the words of people. */
export function agentName(userAgent: string | null): string {
  if (userAgent === null) return t('account.agentUnknown');
  const [browser, system] = [first(BROWSERS, userAgent), first(SYSTEMS, userAgent)];
  if (browser && system) return t('account.agent', { browser, system });
  return browser ?? system ?? userAgent.slice(0, 60);
}
