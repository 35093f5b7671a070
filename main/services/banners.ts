import type { Banner } from '../../core/contract/ipc.ts';
import type { Clock } from '../../core/ports/ports.ts';

const KEPT = 20;

export interface Banners {
  show(banner: Omit<Banner, 'id' | 'at'>): void;
  /** A console is there to see them. */
  ready(): void;
  /** It is not, for now. */
  loading(): void;
}

/** Banners wait until a console is there to show them: what went wrong at the start would else go unseen. */
export function createBanners(options: { clock: Clock; newId: () => string; push: (banner: Banner) => void }): Banners {
  let waiting: Banner[] = [];
  let isReady = false;
  return {
    show(banner) {
      const whole: Banner = { ...banner, id: options.newId(), at: new Date(options.clock.now()).toISOString() };
      if (isReady) options.push(whole);
      else waiting = [...waiting, whole].slice(-KEPT);
    },
    ready() {
      isReady = true;
      const now = waiting;
      waiting = [];
      for (const banner of now) options.push(banner);
    },
    loading() {
      isReady = false;
    },
  };
}
