import { DEEP_LINK_SCHEME, parseDeepLink, type Place } from '../../core/contract/deepLink.ts';
import type { Log } from '../../core/ports/ports.ts';

/** The first argument that claims to be one of our links; systems hand links over as arguments. */
export function linkInArguments(argv: readonly string[]): string | null {
  return argv.find((argument) => argument.toLowerCase().startsWith(`${DEEP_LINK_SCHEME}:`)) ?? null;
}

export interface DeepLinks {
  /** Takes a link from wherever the system gave it. False = it was refused. */
  take(text: string): boolean;
  /** The console is there: what waited is handed to it as its first place, later links are pushed. */
  ready(): Place | null;
  /** The page is loading (again): links wait until it is ready. */
  loading(): void;
}

/** Links are only parsed, never loaded. Of several that arrive before the console is ready the last one wins. */
export function createDeepLinks(options: { log: Log; go: (place: Place) => void }): DeepLinks {
  let waiting: Place | null = null;
  let isReady = false;
  return {
    take(text) {
      const place = parseDeepLink(text);
      if (!place.ok) {
        options.log.warn({ why: place.error, length: text.length }, 'link refused');
        return false;
      }
      if (isReady) options.go(place.value);
      else waiting = place.value;
      return true;
    },
    ready() {
      isReady = true;
      const place = waiting;
      waiting = null;
      return place;
    },
    loading() {
      isReady = false;
    },
  };
}
