import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { TicketAnswer, TicketRequest } from '../../core/contract/http.ts';
import { useBackend } from '../app/context.ts';
import { errorWords, t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { fullMoment, VIEWER_ZONE } from './format.ts';

/** Makes a link that lets one browser in, shows it once and says how long it works. Nobody else can look it up later. */
export function PersonalLink({ label, request }: { readonly label: string; readonly request: TicketRequest }) {
  const backend = useBackend();
  const zone = useConsole((state) => state.record?.organisation.zone ?? VIEWER_ZONE);
  const [link, setLink] = useState<TicketAnswer | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const make = async (): Promise<void> => {
    const answer = await backend.pairingLink(request);
    setLink(answer.ok ? answer.value : null);
    setFailed(answer.ok ? null : errorWords(answer.error.code));
  };
  return (
    <>
      <button type="button" className="button" onClick={() => void make()}>
        {label}
      </button>
      {link ? <TextInput className="setting-link" readOnly aria-label={t('settings.pairLink')} value={link.url} onFocus={(event) => event.currentTarget.select()} /> : null}
      <p role="status" className="setting-outcome">
        {link ? t('settings.pairUntil', { time: fullMoment(link.expiresAt, zone) }) : failed}
      </p>
    </>
  );
}
