import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { EraseRequest, type ErasePreview } from '../../core/contract/personalData.ts';
import { useBackend } from '../app/context.ts';
import { errorWords, t } from '../i18n/index.ts';

const REASONS = ['asked_by_person', 'no_longer_needed', 'entered_by_mistake'] as const;

function Preview({ preview }: { readonly preview: ErasePreview }) {
  const counts = [
    ['entries', preview.entries],
    ['events', preview.events],
    ['deliveries', preview.deliveries],
    ['devices', preview.devices],
    ['memberships', preview.memberships],
    ['accounts', preview.accounts],
    ['invitations', preview.invitations],
  ] as const;
  return (
    <>
      <p>{t('privacy.goes')}</p>
      <ul className="plain-list">
        {counts.filter(([, count]) => count > 0).map(([kind, count]) => (
          <li key={kind} className="num">
            {t(`privacy.counts.${kind}`, { count })}
          </li>
        ))}
      </ul>
      {preview.stays.length > 0 ? (
        <>
          <p>{t('privacy.stays')}</p>
          <ul className="plain-list">
            {preview.stays.map(({ what }) => (
              <li key={what}>{t(`privacy.staysWhy.${what}`)}</li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
}

/** Shows what would go and what stays, and takes the name, typed, before it cannot be undone. */
export function EraseForm({ contactId, onDone }: { readonly contactId: string; readonly onDone: () => void }) {
  const backend = useBackend();
  const help = useId();
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState<(typeof REASONS)[number]>('asked_by_person');
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { data, error } = useQuery({
    queryKey: ['erase-preview', contactId],
    queryFn: async () => {
      const answer = await backend.personalData.preview(contactId);
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
    // It names a person and is only right for the moment.
    gcTime: 0,
    staleTime: 0,
    retry: false,
  });
  const erase = async (): Promise<void> => {
    const request = EraseRequest.safeParse({ confirm: typed, reason });
    if (!request.success) return;
    setBusy(true);
    const answer = await backend.personalData.erase(contactId, request.data);
    setBusy(false);
    if (answer.ok) return onDone();
    setFailed(errorWords(answer.error.code));
  };
  const told = failed ?? (error ? errorWords(error.message) : null);
  return (
    <form
      className="erase-form"
      onSubmit={(event) => {
        event.preventDefault();
        void erase();
      }}
    >
      {data ? <Preview preview={data} /> : error ? null : <p className="dim">{t('privacy.looking')}</p>}
      {told ? (
        <p className="inline-error" role="alert">
          {told}
        </p>
      ) : null}
      {data ? (
        <>
          <NativeSelect label={t('privacy.reason')} value={reason} data={REASONS.map((value) => ({ value, label: t(`privacy.reasons.${value}`) }))} onChange={(event) => setReason(REASONS.find((one) => one === event.currentTarget.value) ?? 'asked_by_person')} />
          <TextInput label={t('privacy.confirm', { name: data.name })} value={typed} autoComplete="off" spellCheck={false} aria-describedby={help} onChange={(event) => setTyped(event.currentTarget.value)} />
          <p id={help} className="dim">
            {t('privacy.final')}
          </p>
          <button type="submit" className="button button-danger" disabled={busy || typed.trim() !== data.name.trim()}>
            {t('privacy.eraseNow')}
          </button>
        </>
      ) : null}
    </form>
  );
}
