import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { ConnectAnswer, SystemFace, TestReport } from '../../core/contract/systems.ts';
import { CopyField, Failed } from '../accounts/fields.tsx';
import { refusedWords } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { useTables } from '../app/selectors.ts';
import { isolated } from '../components/format.ts';
import { HealthMark } from '../components/Severity.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { generatedOf, guideOf, looksOf } from './catalogue.ts';
import { ConfirmForwarding } from './ConfirmForwarding.tsx';
import { Fields, focusField } from './Fields.tsx';
import { GiveLeave } from './GiveLeave.tsx';
import { GuideSteps, Triggers } from './GuideSteps.tsx';
import { useSetup } from './queries.ts';
import { useLeaveGuard } from './useLeaveGuard.tsx';
import { useRedirect } from './useRedirect.ts';
import { Unreachable } from './Unreachable.tsx';
import { fieldOf, firstProblem, sorted, type Typed } from './values.ts';
import { soonWords } from './words.ts';

/** What the vendor tells only once it knows our address. */
function Missing({ face, connectionId, missing, onGiven }: { readonly face: SystemFace; readonly connectionId: string; readonly missing: readonly string[]; readonly onGiven: (report: TestReport | null) => void }) {
  const backend = useBackend();
  const [typed, setTyped] = useState<Typed>({});
  const [wrong, setWrong] = useState<{ readonly key: string; readonly words: string } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const ask = useLeaveGuard(Object.values(typed).some((value) => value !== ''));
  const fields = face.fields.filter((field) => missing.includes(field.key));
  const tell = (key: string, words: string): void => {
    setWrong({ key, words });
    focusField(key);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const problem = firstProblem(fields, typed);
    if (problem) return tell(problem.key, t(`connect.problem.${problem.problem}`));
    setBusy(true);
    setFailed(null);
    const { settings, secrets } = sorted(fields, typed);
    const answer = await backend.systems.change(connectionId, { ...(Object.keys(settings).length > 0 ? { settings } : {}), secrets });
    setBusy(false);
    if (answer.ok) return onGiven(answer.value.report);
    const key = fieldOf(answer.error, fields);
    if (key !== null) return tell(key, errorWords(answer.error.code));
    setFailed(refusedWords(answer.error));
  };
  return (
    <form className="connect-form connect-part" onSubmit={(event) => void submit(event)} noValidate aria-label={t('connect.missing')}>
      {ask}
      <h3>{t('connect.missing')}</h3>
      <p className="dim">{t('connect.missingHelp')}</p>
      <Fields
        fields={fields}
        typed={typed}
        wrong={wrong}
        onType={(key, value) => {
          setTyped((before) => ({ ...before, [key]: value }));
          setWrong(null);
        }}
      />
      <Failed words={failed} />
      <p className="connect-ways">
        <button type="submit" className="button button-main" disabled={busy}>
          {t(busy ? 'connect.saving' : 'connect.give')}
        </button>
      </p>
    </form>
  );
}

/** After connecting: what has to be carried over there, what is still missing, and that the first delivery is awaited. */
export function Finish({ face, made, guideShown }: { readonly face: SystemFace; readonly made: ConnectAnswer; readonly guideShown: boolean }) {
  const { id, path } = made.connection;
  const row = useTables().connections[id];
  const health = row?.health ?? made.connection.health;
  const redirectUrl = useRedirect(face);
  const setupQuery = useQuery({ ...useSetup(id), placeholderData: (before) => (before?.connectionId === id ? before : made.setup) });
  const setup = setupQuery.data ?? made.setup;
  const [report, setReport] = useState<TestReport | null>(made.report);
  const [given, setGiven] = useState(false);
  const guide = guideOf(face, path);
  const generated = generatedOf(face, path).filter((field) => made.generated[field.key] !== undefined);
  const values = { webhookUrl: setup.webhookUrl, mailAddress: setup.mailAddress, redirectUrl, ...made.generated };
  const missing = given ? [] : setup.missing;
  const waits = health === 'waiting';
  const looks = looksOf(face, path);
  const state = (): string => {
    const name = isolated(face.name);
    if (!waits) return t('connect.arrived', { name });
    if (setup.leave?.given === false && missing.length === 0) return t('connect.waitsForLeave', { name });
    // Nobody waits for what cannot come.
    if (setup.reachable === false) return looks === null ? t('connect.cannotArrive', { name }) : t('connect.waitsForLook', { name, soon: soonWords(looks) });
    return t(missing.length > 0 ? 'connect.waitsForSecret' : path === 'file' ? 'connect.waitsForFile' : 'connect.waits', { name });
  };
  return (
    <div className="connect-finish">
      <p className="connect-state" role="status">
        <HealthMark health={health} /> {state()}
      </p>
      {report ? <p className="connect-good">{report.account === null ? t('connect.worked') : t('connect.workedAs', { account: isolated(report.account) })}</p> : null}
      <Unreachable face={face} path={path} setup={setup} />
      {path === 'file' ? (
        <p className="connect-ways">
          <a className="button button-main" href={`#/import/${id}`}>
            {t('connect.chooseFile')}
          </a>
        </p>
      ) : null}
      {generated.length > 0 ? <p className="connect-once">{t('connect.once')}</p> : null}
      {setup.webhookUrl ? <CopyField label={t('connect.address')} value={setup.webhookUrl} /> : null}
      {setup.mailAddress ? <CopyField label={t('connect.mailAddress')} value={setup.mailAddress} /> : null}
      {setup.forwarding ? <ConfirmForwarding forwarding={setup.forwarding} /> : null}
      {path === 'mail' && setup.mailAddress === null ? <p className="inline-error">{t('connect.noMailIn')}</p> : null}
      {generated.map((field) => (
        <CopyField key={field.key} label={field.label} value={made.generated[field.key] ?? ''} />
      ))}
      {setup.leave && !setup.leave.given ? <GiveLeave connectionId={id} name={face.name} onGiven={() => void setupQuery.refetch()} /> : null}
      {setup.leave?.given === true ? <p className="connect-good">{t('connect.leaveGiven', { name: isolated(face.name) })}</p> : null}
      {missing.length > 0 ? (
        <Missing
          face={face}
          connectionId={id}
          missing={missing}
          onGiven={(found) => {
            setReport(found);
            setGiven(true);
          }}
        />
      ) : null}
      {guide && !guideShown ? (
        <section className="connect-part">
          <h3>{t('connect.guide')}</h3>
          <GuideSteps steps={guide.steps} values={values} />
        </section>
      ) : null}
      {path === 'bridge' ? <Triggers triggers={face.triggers} /> : null}
      <p className="connect-ways">
        <a className="button" href={`#/integrations/${id}`}>
          {t('connect.open')}
        </a>
        <a className="button" href="#/connect">
          {t('connect.another')}
        </a>
      </p>
    </div>
  );
}
