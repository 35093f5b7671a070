import { after } from '../components/timers.ts';
import type { Backend } from '../state/backend/backend.ts';
import { pageLog } from '../state/pageLog.ts';
import { getConsole, setConsole } from '../state/store.ts';
import { enterOrganisation } from './calls.ts';

/** The refusal of the old line may be heard a moment later than the answer that caused it. */
const HEARD_MS = 1_000;

/**
 * A new password or a changed second factor ends every session, this browser's own too, and puts a new one in its place.
 * The device ended with the old one, so the organisation is entered again, without leaving the page.
 */
export async function stayIn(backend: Backend): Promise<void> {
  const me = await backend.me();
  const organisationId = getConsole().record?.organisation.id ?? null;
  if (me.ok || !me.error.code.startsWith('auth.')) return;
  const entered = await enterOrganisation(organisationId);
  if (!entered.ok) return pageLog.warn({ code: entered.error.code }, 'could not enter again');
  setConsole({ deviceId: entered.value.deviceId });
  const back = (): void => {
    if (getConsole().link?.state !== 'live') void backend.retryLink();
  };
  back();
  after(HEARD_MS, back);
}
