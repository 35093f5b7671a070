import type { Connection } from '../../core/contract/record/connections.ts';
import type { Setup, SystemFace } from '../../core/contract/systems.ts';
import { CopyField } from '../accounts/fields.tsx';
import { isolated } from '../components/format.ts';
import { guideOf } from '../connecting/catalogue.ts';
import { ConfirmForwarding } from '../connecting/ConfirmForwarding.tsx';
import { GuideSteps, Triggers } from '../connecting/GuideSteps.tsx';
import { Unreachable } from '../connecting/Unreachable.tsx';
import { useRedirect } from '../connecting/useRedirect.ts';
import { t } from '../i18n/index.ts';

/** What has to stand over there: the address, and the guide once more. Secrets are never told again. */
export function ConnectionSetup({ connection, face, setup }: { readonly connection: Connection; readonly face: SystemFace; readonly setup: Setup }) {
  const redirectUrl = useRedirect(face);
  const guide = guideOf(face, connection.path);
  if (setup.webhookUrl === null && setup.mailAddress === null && guide === null) return null;
  return (
    <section className="inspector-part connect-again">
      <h3>{t('care.setup')}</h3>
      {setup.missing.length > 0 ? <p className="inline-error">{t('care.missing')}</p> : null}
      <Unreachable face={face} path={connection.path} setup={setup} />
      {setup.webhookUrl === null ? null : <CopyField label={t('connect.address')} value={setup.webhookUrl} />}
      {setup.mailAddress === null ? null : <CopyField label={t('connect.mailAddress')} value={setup.mailAddress} />}
      {setup.forwarding ? <ConfirmForwarding forwarding={setup.forwarding} /> : null}
      {guide === null ? null : (
        <details>
          <summary>{t('care.guide', { name: isolated(face.name) })}</summary>
          <GuideSteps steps={guide.steps} values={{ webhookUrl: setup.webhookUrl, mailAddress: setup.mailAddress, redirectUrl }} />
          {connection.path === 'bridge' ? <Triggers triggers={face.triggers} /> : null}
        </details>
      )}
      {face.missing.length === 0 ? null : (
        <details>
          <summary>{t('connect.notComing')}</summary>
          <ul className="not-coming">
            {face.missing.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
