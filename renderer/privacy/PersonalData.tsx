import { useState } from 'react';
import type { Contact } from '../../core/contract/record/people.ts';
import { ERASED } from '../../core/domain/privacy/traces.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { errorWords, t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { EraseForm } from './EraseForm.tsx';
import { Readers } from './Readers.tsx';

/** What the venue can do for somebody who asks what is held of them, or to be forgotten. */
export function PersonalData({ contact, zone }: { readonly contact: Contact; readonly zone: string }) {
  const backend = useBackend();
  const mayExport = useMay('http:personalData');
  const mayErase = useMay('http:erase');
  const mayAsk = useMay('http:readers');
  const online = useConsole((state) => state.link?.state === 'live');
  const [open, setOpen] = useState<'erase' | 'readers' | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  if (!mayExport) return null;
  const erased = contact.name === ERASED && contact.email === null && contact.phone === null;
  const save = async (): Promise<void> => {
    setSaid(t('privacy.gathering'));
    const answer = await backend.personalData.export(contact.id);
    if (!answer.ok) return setSaid(errorWords(answer.error.code));
    setSaid(answer.value.saved ? t('privacy.saved') : null);
  };
  const toggle = (what: 'erase' | 'readers'): void => {
    setSaid(null);
    setOpen(open === what ? null : what);
  };
  return (
    <section className="inspector-part personal-data">
      <h3>{t('privacy.title')}</h3>
      {online ? (
        <div className="inspector-actions">
          <button type="button" className="button" onClick={() => void save()}>
            {t('privacy.export')}
          </button>
          {mayAsk ? (
            <button type="button" className="button" aria-expanded={open === 'readers'} onClick={() => toggle('readers')}>
              {t('privacy.readers')}
            </button>
          ) : null}
          {mayErase && !erased ? (
            <button type="button" className="button" aria-expanded={open === 'erase'} onClick={() => toggle('erase')}>
              {t('privacy.erase')}
            </button>
          ) : null}
        </div>
      ) : (
        <p className="dim">{t('privacy.offline')}</p>
      )}
      <p role="status" className="setting-outcome">
        {said}
      </p>
      {erased ? <p className="dim">{t('privacy.wasErased')}</p> : null}
      {open === 'readers' ? <Readers contactId={contact.id} zone={zone} /> : null}
      {open === 'erase' && !erased ? <EraseForm contactId={contact.id} onDone={() => setOpen(null)} /> : null}
    </section>
  );
}
