import { TextInput } from '@mantine/core';
import { useLayoutEffect, useRef, type FormEvent } from 'react';
import type { SystemFace } from '../../core/contract/systems.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { connectPaths, guideOf, soonOf, stepsFirst } from './catalogue.ts';
import { Fields, focusField } from './Fields.tsx';
import { Finish } from './Finish.tsx';
import { GuideSteps } from './GuideSteps.tsx';
import { NotComing } from './NotComing.tsx';
import { useConnecting, type Connecting, type Failure } from './useConnecting.ts';
import { useLeaveGuard } from './useLeaveGuard.tsx';
import { useRedirect } from './useRedirect.ts';
import { WhereKept } from './WhereKept.tsx';
import { pathWords, soonWords } from './words.ts';

function Failed({ failure }: { readonly failure: Failure | null }) {
  return failure === null ? null : (
    <div className="inline-error" role="alert">
      <p>{failure.words}</p>
      {failure.said === null ? null : <p>{t('connect.said', { words: isolated(failure.said) })}</p>}
    </div>
  );
}

function Way({ face, connecting }: { readonly face: SystemFace; readonly connecting: Connecting }) {
  return (
    <ul className="choices ways">
      {connectPaths(face).map((path) => (
        <li key={path}>
          <button type="button" className="choice" aria-pressed={connecting.path === path} onClick={() => connecting.choosePath(path)}>
            <span>
              <span className="choice-name">{pathWords(path)}</span>
              <span className="row-sub">{guideOf(face, path)?.brings}</span>
            </span>
            <span className="row-end">{soonWords(soonOf(face, path))}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function Details({ face, connecting }: { readonly face: SystemFace; readonly connecting: Connecting }) {
  const { fields, typed, name, busy, wrong, failure, steps } = connecting;
  const before = steps[steps.indexOf('details') - 1];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    connecting.submit();
  };
  const tries = steps.includes('try');
  return (
    <form className="connect-form" onSubmit={submit} noValidate aria-label={t('connect.steps.details')}>
      <Fields fields={fields} typed={typed} onType={connecting.type} wrong={wrong} />
      {connecting.path === null ? null : <WhereKept face={face} path={connecting.path} places={connecting.places} place={connecting.place} onPlace={connecting.setPlace} />}
      <TextInput label={t('connect.optional', { label: t('connect.name') })} description={t('connect.nameHelp')} placeholder={face.name} value={name} maxLength={120} autoComplete="off" onChange={(event) => connecting.setName(event.currentTarget.value)} />
      <Failed failure={failure} />
      <p className="connect-ways">
        <button type="submit" className="button button-main" disabled={busy !== null}>
          {t(busy !== null ? 'connect.connecting' : tries ? 'connect.tryOut' : 'connect.connect')}
        </button>
        {failure?.away === true ? (
          <button type="button" className="button" onClick={() => connecting.connect(true)}>
            {t('connect.allTheSame')}
          </button>
        ) : null}
        {before ? (
          <button type="button" className="button" onClick={() => connecting.goTo(before)}>
            {t('connect.previous')}
          </button>
        ) : null}
      </p>
    </form>
  );
}

function TryOut({ face, connecting }: { readonly face: SystemFace; readonly connecting: Connecting }) {
  const { busy, report, failure } = connecting;
  return (
    <div className="connect-part" aria-busy={busy !== null}>
      <div role="status">
        {busy === 'trying' ? <p>{t('connect.trying', { name: isolated(face.name) })}</p> : null}
        {busy === 'connecting' ? <p>{t('connect.connecting')}</p> : null}
        {report && busy === null ? (
          <>
            <p className="connect-good">{report.account === null ? t('connect.worked') : t('connect.workedAs', { account: isolated(report.account) })}</p>
            <ul className="connect-details">
              {report.details.map((detail) => (
                <li key={detail}>{detail}</li>
              ))}
            </ul>
          </>
        ) : null}
      </div>
      <Failed failure={failure} />
      <p className="connect-ways">
        {busy !== null ? (
          <button type="button" className="button" onClick={connecting.cancel}>
            {t('connect.cancel')}
          </button>
        ) : (
          <>
            {report ? (
              <button type="button" className="button button-main" onClick={() => connecting.connect(false)}>
                {t('connect.connect')}
              </button>
            ) : (
              <button type="button" className="button button-main" onClick={connecting.submit}>
                {t('connect.again')}
              </button>
            )}
            {failure?.away === true ? (
              <button type="button" className="button" onClick={() => connecting.connect(true)}>
                {t('connect.allTheSame')}
              </button>
            ) : null}
            <button type="button" className="button" onClick={() => connecting.goTo('details')}>
              {t('connect.changeDetails')}
            </button>
          </>
        )}
      </p>
    </div>
  );
}

/** Connecting one system, step by step; each step has the keyboard when it opens. */
export function Wizard({ face }: { readonly face: SystemFace }) {
  const connecting = useConnecting(face);
  const { step, steps, path, wrong, made } = connecting;
  const redirectUrl = useRedirect(face);
  const heading = useRef<HTMLHeadingElement>(null);
  const ask = useLeaveGuard(connecting.dirty);
  const first = connecting.fields[0]?.key;
  useLayoutEffect(() => {
    if (step === 'details' && first !== undefined && focusField(first)) return;
    heading.current?.focus();
    // Only when another step opens: typing must not move the keyboard.
  }, [step, first]);
  useLayoutEffect(() => {
    if (wrong) focusField(wrong.key);
  }, [wrong]);
  const at = steps.indexOf(step);
  const guide = path === null ? null : guideOf(face, path);
  return (
    <div className="page connect">
      {ask}
      <p className="page-back">
        <a href="#/connect">{t('connect.backToAll')}</a>
      </p>
      <header className="board-head">
        <h1>{t(made ? 'connect.titleMade' : 'connect.titleOf', { name: isolated(made?.connection.name ?? face.name) })}</h1>
      </header>
      {path !== null && !made ? <p className="connect-brings">{guide?.brings}</p> : null}
      {made ? null : <NotComing missing={face.missing} />}
      {steps.length > 1 ? (
        <ol className="steps" aria-label={t('connect.stepsLabel')}>
          {steps.map((name, index) => (
            <li key={name} aria-current={name === step ? 'step' : undefined} data-done={index < at || undefined}>
              <span>{t(`connect.steps.${name}`)}</span>
            </li>
          ))}
        </ol>
      ) : null}
      <section aria-labelledby="connect-step">
        <h2 id="connect-step" ref={heading} tabIndex={-1}>
          {t(`connect.stepTitles.${step}`)}
        </h2>
        {step === 'way' ? <Way face={face} connecting={connecting} /> : null}
        {step === 'guide' ? (
          <>
            <GuideSteps steps={stepsFirst(guide?.steps ?? [])} values={{ redirectUrl }} />
            <p className="connect-ways">
              <button type="button" className="button button-main" onClick={() => connecting.goTo('details')}>
                {t('connect.next')}
              </button>
            </p>
          </>
        ) : null}
        {step === 'details' ? <Details face={face} connecting={connecting} /> : null}
        {step === 'try' ? <TryOut face={face} connecting={connecting} /> : null}
        {step === 'done' && made ? <Finish face={face} made={made} guideShown={steps.includes('guide') && stepsFirst(guide?.steps ?? []).length === guide?.steps.length} /> : null}
      </section>
    </div>
  );
}
