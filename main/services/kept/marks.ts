import { createHmac } from 'node:crypto';
import type { Log } from '../../../core/ports/ports.ts';
import { accountText } from '../../../core/vendors/account.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import type { DeskApi } from './api.ts';
import type { KeptKeys } from './keys.ts';

export interface MarksOptions {
  readonly api: Pick<DeskApi, 'marks' | 'mark'>;
  readonly keys: Pick<KeptKeys, 'get'>;
  readonly vendors: (system: string) => VendorModule | null;
  readonly log: Log;
}

/**
 * Tells the server which connections use the same key, so that together they keep to that account's limits: a hash of the key with the
 * salt of the organisation, never the key. Whoever calls sees to it that no key is changed meanwhile. Never rejects: what could not be told is asked for again.
 */
export type TellMarks = () => Promise<void>;

export function createMarks({ api, keys, vendors, log }: MarksOptions): TellMarks {
  async function tell(connectionId: string, fence: number, salt: string): Promise<void> {
    const key = await keys.get(connectionId);
    const manifest = key ? vendors(key.system)?.manifest : undefined;
    // The turn that comes says that the key is missing here.
    if (!key || !manifest || key.fence !== fence) return;
    const text = accountText(manifest, key.secrets);
    if (text === null) return;
    const told = await api.mark({ connectionId, fence, mark: createHmac('sha256', salt).update(text).digest('base64url') });
    if (!told.ok) log.warn({ connectionId, error: told.error }, 'the mark of a key was not taken');
  }

  return async () => {
    const asked = await api.marks();
    if (!asked.ok) {
      log.warn({ error: asked.error }, 'it could not be asked which keys have no mark yet');
      return;
    }
    const { salt, kept } = asked.value;
    if (salt === null) return;
    for (const { connectionId, fence, marked } of kept) {
      if (marked) continue;
      try {
        await tell(connectionId, fence, salt);
      } catch (error) {
        log.warn({ error, connectionId }, 'the keychain refused to give a key for its mark');
      }
    }
  };
}
