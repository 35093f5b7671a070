import type { Clock, Http } from '../../core/ports/ports.ts';
import type { AuditLine } from '../store/store.ts';

/** Certificates change rarely; one that was withdrawn must not be believed for long. */
const KEPT_MS = 6 * 60 * 60_000;
const FAILED_MS = 30_000;
const MOST = 64;
const TIMEOUT_MS = 5_000;
const LARGEST = 64 * 1024;
/** Addresses that were never known to hold one, fetched within a minute: whoever calls names them, and proves himself with what is there only. */
const STRANGE_PER_MINUTE = 30;
const STRANGE_AT_ONCE = 4;
const MINUTE_MS = 60_000;
const CERTIFICATE = '-----BEGIN CERTIFICATE-----';

/** Public texts that a proof needs (a vendor's certificate), fetched by our rules for outgoing calls and kept for a while. */
export interface Evidence {
  /** Null = it could not be had, or too many others were asked for just now. */
  get(url: string): Promise<string | null>;
}

export function createEvidence({ http, clock, audit }: { readonly http: Http; readonly clock: Clock; readonly audit?: (line: AuditLine) => void }): Evidence {
  const kept = new Map<string, { readonly text: Promise<string | null>; until: number; good: boolean }>();
  let strange = { since: clock.now(), count: 0 };
  let fetching = 0;

  function mayFetchStrange(): boolean {
    const now = clock.now();
    if (Math.abs(now - strange.since) >= MINUTE_MS) strange = { since: now, count: 0 };
    return strange.count < STRANGE_PER_MINUTE && fetching < STRANGE_AT_ONCE;
  }

  /** What proved nothing goes first: a flood of addresses must not drive out the one that is used. */
  function makeRoom(): void {
    if (kept.size < MOST) return;
    const [oldest] = kept.keys();
    const bad = [...kept].find(([, entry]) => !entry.good)?.[0];
    kept.delete(bad ?? oldest ?? '');
  }

  // Of nobody's house: the same text serves all of them.
  const told = (url: string, outcome: string) => audit?.({ organisationId: null, at: new Date(clock.now()).toISOString(), action: 'source.evidence', actor: 'system', subject: URL.parse(url)?.host ?? '', outcome });

  async function fetchText(url: string): Promise<string | null> {
    try {
      const answer = await http.send({ method: 'GET', url, headers: {}, timeoutMs: TIMEOUT_MS });
      told(url, String(answer.status));
      return answer.status === 200 && answer.body.length <= LARGEST && answer.body.includes(CERTIFICATE) ? answer.body : null;
    } catch {
      told(url, 'no_answer');
      // The outgoing side has said why in its log; here it only means: no proof.
      return null;
    }
  }

  return {
    async get(url) {
      const now = clock.now();
      const known = kept.get(url);
      if (known && known.until > now) {
        kept.delete(url);
        kept.set(url, known);
        return known.text;
      }
      const isStrange = known?.good !== true;
      if (isStrange && !mayFetchStrange()) return null;
      if (isStrange) {
        strange.count += 1;
        fetching += 1;
      }
      const entry = { text: fetchText(url), until: now + KEPT_MS, good: known?.good === true };
      kept.delete(url);
      makeRoom();
      kept.set(url, entry);
      const text = await entry.text;
      if (isStrange) fetching -= 1;
      entry.good ||= text !== null;
      // A moment's trouble is asked about again soon, but not by every forged call.
      if (text === null) entry.until = clock.now() + FAILED_MS;
      return text;
    },
  };
}
