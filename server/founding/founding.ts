import { timingSafeEqual } from 'node:crypto';
import type { HouseFields } from '../../core/contract/founding.ts';
import { err, type Result } from '../../core/contract/result.ts';
import { foundHouse, isFounded, type Founded } from '../store/founding.ts';
import type { StoreInternals } from '../store/internals.ts';
import type { Device } from '../store/store.ts';
import { hashOf, newToken } from '../store/vault.ts';

/** How a record without any organisation gets its first one. The token lives in this process's memory only, and no longer than this start. */
export interface Founding {
  /** For whoever started this process; null once there is an organisation. The same one for as long as the process runs. */
  token(): Promise<string | null>;
  found(token: string, house: HouseFields, device: Pick<Device, 'name' | 'kind'>): Promise<Result<Founded, 'auth.founding_invalid' | 'auth.founded_already'>>;
}

export function createFounding(internals: Pick<StoreInternals, 'database' | 'clock' | 'ids'>): Founding {
  let held: { readonly token: string; readonly hash: Uint8Array } | null = null;
  return {
    async token() {
      if (await isFounded(internals)) return null;
      if (!held) {
        const token = newToken();
        held = { token, hash: hashOf(token) };
      }
      return held.token;
    },
    async found(token, house, device) {
      if (!held || !timingSafeEqual(held.hash, hashOf(token))) return err('auth.founding_invalid');
      return foundHouse(internals, house, device);
    },
  };
}
