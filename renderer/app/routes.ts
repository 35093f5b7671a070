import { useSyncExternalStore } from 'react';
import type { Place } from '../../core/contract/deepLink.ts';
import { formatDeepLink, parseDeepLink } from '../../core/contract/deepLink.ts';

/** What the inspector can show. */
export const SELECTABLE = ['alert', 'payment', 'booking', 'item', 'about', 'contact', 'message', 'document', 'entry', 'weather', 'delivery'] as const;
export type Selectable = (typeof SELECTABLE)[number];

/** Where the console is: a place that can be linked to from outside, and what is selected there. */
export interface Route {
  readonly place: Place;
  /** Selection that no outside link names; alerts and connections are part of the place. `about` = the wedding itself, `entry` = of a calendar. */
  readonly selected: { readonly kind: Selectable; readonly id: string } | null;
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const SELECTED = new RegExp(`^(.*)/(payment|booking|item|about|contact|message|document|entry|weather|delivery)/(${UUID})$`);
/** What can be selected in a view besides the day's: only its own kind. */
const OWN_KIND: Readonly<Partial<Record<Place['view'], Selectable>>> = { messages: 'message', deliveries: 'delivery' };
export const HOME: Route = { place: { view: 'day', weddingId: null, alertId: null }, selected: null };

/** `#/wedding/ID/alert/ID` is the deep link's grammar; `.../payment/ID` and the like add a selection. Anything else is home. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#\/?/, '');
  const match = SELECTED.exec(path);
  const parsed = parseDeepLink(`wedsync://${match ? match[1] : path}`);
  if (!parsed.ok) return HOME;
  const place = parsed.value;
  if (match) {
    const selected = { kind: match[2] as Selectable, id: match[3] ?? '' };
    const fits = place.view === 'day' ? !place.alertId && selected.kind !== 'delivery' : OWN_KIND[place.view] === selected.kind;
    return fits ? { place, selected } : HOME;
  }
  return { place, selected: place.view === 'day' && place.alertId ? { kind: 'alert', id: place.alertId } : null };
}

export function formatRoute({ place, selected }: Route): string {
  const base = (target: Place): string => `#/${formatDeepLink(target).slice('wedsync://'.length)}`;
  if (place.view !== 'day') return selected && OWN_KIND[place.view] === selected.kind ? `${base(place)}/${selected.kind}/${selected.id}` : base(place);
  if (selected?.kind === 'alert') return base({ ...place, alertId: selected.id });
  const plain = base({ ...place, alertId: null });
  return selected ? `${plain}/${selected.kind}/${selected.id}` : plain;
}

export function go(route: Route): void {
  const hash = formatRoute(route);
  if (location.hash !== hash) location.hash = hash;
}

/** The same place shown otherwise: the address says so, and Back does not go through each step of it. */
export function amend(route: Route): void {
  const hash = formatRoute(route);
  if (location.hash === hash) return;
  history.replaceState(history.state, '', hash);
  // A replaced address tells nobody.
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

export const openPlace = (place: Place): void => go({ place, selected: place.view === 'day' && place.alertId ? { kind: 'alert', id: place.alertId } : null });

/** Selects something in the day view that is open, keeping its wedding. */
export function select(kind: Selectable, id: string): void {
  const { place } = parseRoute(location.hash);
  go({ place: place.view === 'day' ? { ...place, alertId: kind === 'alert' ? id : null } : { view: 'day', weddingId: null, alertId: kind === 'alert' ? id : null }, selected: { kind, id } });
}

export function closeInspector(): void {
  const { place } = parseRoute(location.hash);
  go({ place: place.view === 'day' ? { ...place, alertId: null } : place.view === 'integrations' ? { ...place, connectionId: null } : place, selected: null });
}

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
};

let held: string | null = null;
/** Keeps the console where it is although the address has changed, until what it returns is called: an address changes before anybody can be asked. */
export function holdRoute(): () => void {
  held = location.hash;
  return () => (held = null);
}

let cachedHash: string | null = null;
let cachedRoute: Route = HOME;
const current = (): Route => {
  if (location.hash !== cachedHash && (held === null || location.hash === held)) {
    cachedHash = location.hash;
    cachedRoute = parseRoute(location.hash);
  }
  return cachedRoute;
};

export const useRoute = (): Route => useSyncExternalStore(subscribe, current);
