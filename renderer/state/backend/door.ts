import { create } from 'zustand';
import { pageLog } from '../pageLog.ts';

/**
 * Links that open something before, or instead of, the console: an invitation, a new password, the first organisation, the way back from an
 * organisation's own sign-on. What stands behind them is taken out of the address at once, so that it stays neither in
 * the history nor on the screen.
 */
export type Door =
  | { readonly kind: 'invitation'; readonly token: string }
  | { readonly kind: 'reset'; readonly token: string }
  /** The first organisation of a server that has none. */
  | { readonly kind: 'found'; readonly token: string }
  /** Back from the organisation's provider, with or without a session. */
  | { readonly kind: 'signed_on'; readonly failed: boolean };

export const useDoor = create<{ readonly door: Door | null }>(() => ({ door: null }));
export const closeDoor = (): void => useDoor.setState({ door: null });

const put = (hash: string): void => history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);

/** Where the person was going when the provider took over; only this tab's, only until it comes back. */
const ELSEWHERE = 'wedsync.beforeSignOn';

/** Called before the page goes to the provider. */
export function rememberWay(): void {
  const { door } = useDoor.getState();
  try {
    sessionStorage.setItem(ELSEWHERE, door?.kind === 'invitation' ? `#invitation=${door.token}` : location.hash);
  } catch (error) {
    // Without it the person comes back to the day's board, and opens the link again.
    pageLog.warn({ error: String(error) }, 'where this page was could not be kept');
  }
}

function rememberedWay(): string {
  try {
    const hash = sessionStorage.getItem(ELSEWHERE) ?? '';
    sessionStorage.removeItem(ELSEWHERE);
    return hash;
  } catch (error) {
    pageLog.warn({ error: String(error) }, 'where this page was could not be read');
    return '';
  }
}

/** What an address opens; null = a place in the console, or nothing that is known. */
export function readDoor(hash: string): Door | null {
  const match = /^#(invitation|reset|found)=([A-Za-z0-9_.~-]{10,300})$/.exec(hash);
  if (match?.[2]) return { kind: match[1] === 'reset' || match[1] === 'found' ? match[1] : 'invitation', token: match[2] };
  if (hash === '#signed-in' || hash.startsWith('#sign-on-failed')) return { kind: 'signed_on', failed: hash !== '#signed-in' };
  return null;
}

/** Takes what the address opens out of it. A code of a desktop that wants in is a place in the console. */
export function takeDoor(): void {
  const pair = /^#pair(?:=([A-Za-z0-9-]{8,20}))?$/.exec(location.hash);
  if (pair) {
    const code = (pair[1] ?? '').replace(/[^A-Za-z0-9]/g, '').toLowerCase();
    put(code.length === 8 ? `#/pair/${code}` : '#/pair');
    window.dispatchEvent(new HashChangeEvent('hashchange'));
    return;
  }
  const door = readDoor(location.hash);
  if (!door) return;
  if (door.kind !== 'signed_on') {
    put('#/day');
    return useDoor.setState({ door });
  }
  const before = rememberedWay();
  const invitation = readDoor(before);
  put(before.startsWith('#/') ? before : '#/day');
  useDoor.setState({ door: invitation?.kind === 'invitation' && !door.failed ? invitation : door });
}

// A link pasted into the address of an open console is no new page.
export function watchDoor(): () => void {
  window.addEventListener('hashchange', takeDoor);
  return () => window.removeEventListener('hashchange', takeDoor);
}

/** How this browser calls itself among the devices. */
export const browserName = (): string => `Browser on ${/Windows|Macintosh|Android|iPhone|iPad|Linux/.exec(navigator.userAgent)?.[0] ?? 'this machine'}`;
