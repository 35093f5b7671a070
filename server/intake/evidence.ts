import type { Clock, Http } from '../../core/ports/ports.ts';
import type { AuditLine } from '../store/store.ts';

/** Certificates change rarely; one that was withdrawn must not be believed for long. */
const KEPT_MS = 6 * 60 * 60_000;
const FAILED_MS = 30_000;
const MOST = 64;
const TIMEOUT_MS = 5_000;
const LARGEST = 64 * 1024;

/** Public texts that a proof needs (a vendor's certificate), fetched by our rules for outgoing calls and kept for a while. */
export interface Evidence {
  /** Null = it could not be had. */
  get(url: string): Promise<string | null>;
}

export function createEvidence({ http, clock, audit }: { readonly http: Http; readonly clock: Clock; readonly audit?: (line: AuditLine) => void }): Evidence {
  const kept = new Map<string, { readonly text: Promise<string | null>; until: number }>();

  // Of nobody's house: the same text serves all of them.
  const told = (url: string, outcome: string) => audit?.({ organisationId: null, at: new Date(clock.now()).toISOString(), action: 'source.evidence', actor: 'system', subject: URL.parse(url)?.host ?? '', outcome });

  async function fetchText(url: string): Promise<string | null> {
    try {
      const answer = await http.send({ method: 'GET', url, headers: {}, timeoutMs: TIMEOUT_MS });
      told(url, String(answer.status));
      return answer.status === 200 && answer.body.length <= LARGEST ? answer.body : null;
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
      if (known && known.until > now) return known.text;
      const entry = { text: fetchText(url), until: now + KEPT_MS };
      kept.delete(url);
      kept.set(url, entry);
      const [oldest] = kept.keys();
      if (kept.size > MOST && oldest !== undefined) kept.delete(oldest);
      const text = await entry.text;
      // A moment's trouble is asked about again soon, but not by every forged call.
      if (text === null) entry.until = clock.now() + FAILED_MS;
      return text;
    },
  };
}
