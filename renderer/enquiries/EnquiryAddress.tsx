import { useState } from 'react';
import type { EnquiryPageAnswer } from '../../core/contract/enquiries.ts';
import { CopyField, Failed, SureButton } from '../accounts/fields.tsx';
import { Qr } from '../accounts/Qr.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { t } from '../i18n/index.ts';

interface AddressProps {
  readonly page: EnquiryPageAnswer;
  readonly onReplaced: (page: EnquiryPageAnswer) => void;
}

/** Where the page is: to copy, to open, to show to a phone, and another one in its place. */
export function EnquiryAddress({ page: { url, reachable }, onReplaced }: AddressProps) {
  const backend = useBackend();
  const opening = useTask();
  const replacing = useTask();
  const [said, setSaid] = useState<string | null>(null);
  const [asCode, setAsCode] = useState(false);
  if (url === null) return <p className="dim">{t('enquiries.noAddress')}</p>;
  return (
    <section className="enquiry-address" aria-labelledby="enquiry-address">
      <h2 id="enquiry-address">{t('enquiries.where')}</h2>
      <p className="dim">{t('enquiries.addressHelp')}</p>
      {reachable ? null : (
        <p className="feed-note" role="note">
          {t('enquiries.unreachable')}
        </p>
      )}
      <CopyField label={t('enquiries.address')} value={url} />
      {asCode ? <Qr text={url} label={t('enquiries.qr')} /> : null}
      <p className="feed-acts">
        <button type="button" className="button" onClick={() => void opening.run(() => backend.openExternal(url))}>
          {t('enquiries.openIt')}
        </button>
        <button type="button" className="button" aria-expanded={asCode} onClick={() => setAsCode(!asCode)}>
          {t(asCode ? 'enquiries.hideQr' : 'enquiries.showQr')}
        </button>
        <SureButton
          label={t('enquiries.replace')} sure={t('enquiries.replaceSure')} disabled={replacing.busy}
          onSure={() =>
            void replacing.run(() => backend.enquiries.replace(), (next) => {
              setSaid(t('enquiries.replaced'));
              onReplaced(next);
            })
          }
        />
      </p>
      <p role="status" className="dim">
        {said}
      </p>
      <Failed words={opening.failed ?? replacing.failed} />
    </section>
  );
}
