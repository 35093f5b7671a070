/** The console's own address. The scheme serves this one host and nothing else. */
export const CONSOLE_SCHEME = 'app';
export const CONSOLE_HOST = 'console';
export const CONSOLE_ORIGIN = `${CONSOLE_SCHEME}://${CONSOLE_HOST}`;
export const CONSOLE_PAGE = `${CONSOLE_ORIGIN}/index.html`;

/** True for an address of the console's own origin, exactly; a prefix compare would let `app://console.evil` through. */
export function isConsoleUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.protocol !== `${CONSOLE_SCHEME}:` || url.hostname !== CONSOLE_HOST) return false;
  return url.port === '' && url.username === '' && url.password === '';
}
