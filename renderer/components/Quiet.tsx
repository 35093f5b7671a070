import type { Connection } from '../../core/contract/record/connections.ts';
import { t } from '../i18n/index.ts';
import { spanText } from './format.ts';
import { useNow } from './useNow.ts';

/** How a source that only calls us has fallen silent, beside what is usual for it. `long` = with what to do about it. */
export function Quiet({ quiet, long = false }: { readonly quiet: NonNullable<Connection['quiet']>; readonly long?: boolean }) {
  const now = useNow(60_000);
  const words = { usual: spanText(quiet.usualMs), silent: spanText(Math.max(0, now - Date.parse(quiet.since))) };
  return <span className="quiet-source">{t(long ? 'integrations.quietLead' : 'integrations.quiet', words)}</span>;
}
