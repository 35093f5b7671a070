import type { Forwarding } from '../../core/contract/systems.ts';
import { CopyField } from '../accounts/fields.tsx';
import { isolated } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { OpenOutside } from '../components/OpenOutside.tsx';
import { outsideHost } from '../components/outsideHost.ts';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';

/** A mailbox asks whether it may forward here: what its person types or opens over there. */
export function ConfirmForwarding({ forwarding }: { readonly forwarding: Forwarding }) {
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const { provider, mailbox, code, link, receivedAt, expiresAt } = forwarding;
  const host = link === null ? null : outsideHost(link);
  return (
    <section className="connect-part connect-forwarding" aria-labelledby="forwarding-title">
      <h3 id="forwarding-title">{t('connect.forwarding')}</h3>
      <p>{t('connect.forwardingHelp', { provider, mailbox: mailbox === null ? t('connect.forwardingAnyMailbox') : isolated(mailbox) })}</p>
      {code === null ? null : <CopyField label={t('connect.forwardingCode')} value={code} />}
      {link === null || host === null ? null : (
        <p className="connect-ways">
          <OpenOutside url={link} host={host} />
        </p>
      )}
      <p className="dim">
        {t('connect.forwardingAsked')} <Moment at={receivedAt} zone={zone} />. {t('connect.forwardingUntil')} <Moment at={expiresAt} zone={zone} />.
      </p>
    </section>
  );
}
