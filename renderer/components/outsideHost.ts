/**
 * Whose machine an address leads to, where it may be offered as a way out: https, a real host and nobody's password in
 * it. Null = it is shown as text and leads nowhere.
 */
export function outsideHost(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, username, password, host } = new URL(text);
  return protocol === 'https:' && username === '' && password === '' && host !== '' ? host : null;
}
