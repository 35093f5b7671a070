import { useState } from 'react';
import type { SystemFace } from '../../core/contract/systems.ts';
import { CopyField } from '../accounts/fields.tsx';
import { t } from '../i18n/index.ts';
import { guideStep } from './values.ts';

type GuideValues = Readonly<Record<string, string | null | undefined>>;

const UNTOLD = { webhookUrl: 'connect.untold.address', mailAddress: 'connect.untold.address', bearerToken: 'connect.untold.secret' } as const;
const untoldWords = (name: string): string => (name in UNTOLD ? t(UNTOLD[name as keyof typeof UNTOLD]) : t('connect.untold.secret'));

const COPY_LABELS = { webhookUrl: 'connect.address', mailAddress: 'connect.mailAddress', redirectUrl: 'connect.redirect' } as const;
const copyLabel = (step: string): string => {
  const name = /\{(\w+)\}/.exec(step)?.[1] ?? '';
  return name in COPY_LABELS ? t(COPY_LABELS[name as keyof typeof COPY_LABELS]) : t('connect.toCopy');
};

/** Copies what stands above in full; where the page may not, the value is shown to be copied by hand. */
function CopyHere({ label, value }: { readonly label: string; readonly value: string }) {
  const [said, setSaid] = useState<'copied' | 'by_hand' | null>(null);
  if (said === 'by_hand') return <CopyField label={label} value={value} />;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setSaid('copied');
    } catch {
      // Not over plain http, and not where the system says no.
      setSaid('by_hand');
    }
  };
  return (
    <span className="copy-here">
      <code>{value}</code>
      <button type="button" className="button" aria-label={t('account.copyOf', { what: label })} onClick={() => void copy()}>
        {t('account.copy')}
      </button>
      <span role="status" className="dim">
        {said === 'copied' ? t('account.copied') : null}
      </span>
    </span>
  );
}

/** What to do over there, one thing after the other; what has to be carried over stands where it is needed. */
export function GuideSteps({ steps, values }: { readonly steps: readonly string[]; readonly values: GuideValues }) {
  return (
    <ol className="guide">
      {steps.map((step) => {
        const { text, copy, untold } = guideStep(step, values);
        return (
          <li key={step}>
            <span>{text}</span>
            {copy === null ? null : <CopyHere label={copyLabel(step)} value={copy} />}
            {untold === null ? null : <span className="dim">{untoldWords(untold)}</span>}
          </li>
        );
      })}
    </ol>
  );
}

/** Which trigger to choose over there and which data fields to fill for it, by name. */
export function Triggers({ triggers }: { readonly triggers: SystemFace['triggers'] }) {
  if (triggers.length === 0) return null;
  return (
    <section className="connect-part">
      <h3>{t('connect.triggers')}</h3>
      <p className="dim">{t('connect.triggersHelp')}</p>
      <ul className="triggers">
        {triggers.map(({ trigger, label, instant, required, optional }) => (
          <li key={trigger}>
            <details>
              <summary>
                <span className="trigger-label">{label}</span> <code>{trigger}</code> <span className="dim">{t(instant ? 'connect.instant' : 'connect.everyFew')}</span>
              </summary>
              <dl className="facts">
                <div>
                  <dt>{t('connect.needed')}</dt>
                  <dd>{['trigger', ...required.filter((name) => name !== 'trigger')].map((name) => <code key={name}>{name}</code>)}</dd>
                </div>
                <div>
                  <dt>{t('connect.welcome')}</dt>
                  <dd>{optional.map((name) => <code key={name}>{name}</code>)}</dd>
                </div>
              </dl>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
