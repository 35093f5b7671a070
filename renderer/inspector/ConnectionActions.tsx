import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { CodedError } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Result } from '../../core/contract/result.ts';
import type { ChangeConnectionRequest, ConnectAnswer, Setup, SystemFace, SystemField } from '../../core/contract/systems.ts';
import { CopyField, Failed, SureButton, TextField, Unfold } from '../accounts/fields.tsx';
import { refusedWords, useTask } from '../accounts/useTask.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { tellDecided } from '../app/openDecision.ts';
import { isolated } from '../components/format.ts';
import { askedFirst, askedLater, generatedOf, previousOf } from '../connecting/catalogue.ts';
import { Fields, focusField } from '../connecting/Fields.tsx';
import { GiveLeave } from '../connecting/GiveLeave.tsx';
import { hasKey, isCallSecret, placeNow, placesOf, type Place } from '../connecting/keeping.ts';
import { fieldOf, firstProblem, sorted, type Typed } from '../connecting/values.ts';
import { useNotHere, WhereKept } from '../connecting/WhereKept.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { pauseConnection, resumeConnection } from '../state/commands.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { RemoveConnection } from './RemoveConnection.tsx';

interface Props {
  readonly connection: Connection;
  readonly face: SystemFace;
  readonly setup: Setup;
}

function Pause({ connection }: { readonly connection: Connection }) {
  const backend = useBackend();
  const decided = useConsole((state) => isWaiting(openDecision(state.outbox, connection.id)));
  const [reason, setReason] = useState('');
  const stopped = connection.health === 'paused' || connection.health === 'disabled';
  if (stopped) {
    return (
      <>
        <button type="button" className="button button-main" disabled={decided} onClick={() => void resumeConnection(backend, connection).then((done) => tellDecided(done, connection.id))}>
          {t('care.resume')}
        </button>
        <p className="care-note">{t(connection.health === 'paused' ? 'care.heldPaused' : 'care.heldDisabled')}</p>
      </>
    );
  }
  return (
    <Unfold label={t('care.pause')}>
      {(close) => (
        <form
          className="unfolded"
          aria-label={t('care.pause')}
          onSubmit={(event) => {
            event.preventDefault();
            void pauseConnection(backend, connection, reason).then((done) => {
              tellDecided(done, connection.id);
              if (done.kind !== 'not_kept') close();
            });
          }}
        >
          <p className="dim">{t('care.pauseHelp')}</p>
          <TextInput label={t('connect.optional', { label: t('care.reason') })} value={reason} maxLength={200} autoComplete="off" onChange={(event) => setReason(event.currentTarget.value)} />
          <button type="submit" className="button button-main" disabled={decided}>
            {t('care.pauseNow')}
          </button>
        </form>
      )}
    </Unfold>
  );
}

function Rename({ connection, onChanged }: { readonly connection: Connection; readonly onChanged: () => void }) {
  const backend = useBackend();
  const task = useTask();
  const [name, setName] = useState(connection.name);
  return (
    <form
      className="unfolded"
      aria-label={t('care.rename')}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') return task.fail(t('connect.problem.missing'));
        void task.run(() => backend.systems.change(connection.id, { name: name.trim() }), onChanged);
      }}
    >
      <TextField label={t('connect.name')} value={name} onChange={setName} autoComplete="off" maxLength={120} autoFocus />
      <Failed words={task.failed} />
      <button type="submit" className="button button-main" disabled={task.busy}>
        {t('care.keepName')}
      </button>
    </form>
  );
}

/** Only what was changed is sent: an empty secret would be cleared. */
function Change({ connection, face, setup, onChanged }: Props & { readonly onChanged: (answer: ConnectAnswer) => void }) {
  const backend = useBackend();
  const { keeper } = setup;
  const places = placesOf(keeper, useNotHere(face, connection.path));
  const now = placeNow(keeper, places);
  const [place, setPlace] = useState<Place>(now);
  /** At another place it is entered again, but for what this computer can hand over itself. */
  const again = (field: SystemField): boolean => isCallSecret(field, connection.path) && (place !== now || keeper?.state === 'withdrawn') && !(keeper?.self === true && keeper.state !== 'withdrawn');
  const isThere = (field: SystemField): boolean => field.sensitive && setup.secretsSet.includes(field.key) && !again(field);
  const fields: readonly SystemField[] = [...askedFirst(face, connection.path), ...askedLater(face, connection.path)]
    .filter((field) => !(place === 'there' && isCallSecret(field, connection.path)))
    .map((field) => ({ ...field, required: field.required && !isThere(field) }));
  const before: Typed = Object.fromEntries(fields.map((field) => [field.key, field.sensitive ? '' : (setup.settings[field.key] ?? '')]));
  const [changed, setChanged] = useState<Typed>({});
  const [wrong, setWrong] = useState<{ readonly key: string; readonly words: string } | null>(null);
  const [failed, setFailed] = useState<{ readonly words: string; readonly away: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const typed = { ...before, ...changed };
  const tell = (key: string, words: string): void => {
    setWrong({ key, words });
    focusField(key);
  };
  const send = async (request: ChangeConnectionRequest): Promise<Result<ConnectAnswer, CodedError>> => {
    const { kept } = backend.systems;
    const keyTyped = fields.some((field) => isCallSecret(field, connection.path) && request.secrets?.[field.key] !== undefined);
    const keyed = hasKey(face, connection.path) && (keyTyped || setup.keeper !== null);
    if (kept && place === 'here' && keyed) return kept.change(connection.id, connection.system, request);
    if (kept && place === 'vault' && setup.keeper?.self === true && !keyTyped) {
      const moved = await kept.toVault(connection.id, request.evenIfUntested === true);
      if (!moved.ok || (request.settings === undefined && request.secrets === undefined)) return moved;
    }
    return backend.systems.change(connection.id, request);
  };
  const save = async (evenIfUntested: boolean): Promise<void> => {
    const problem = firstProblem(fields, typed);
    if (problem) return tell(problem.key, t(`connect.problem.${problem.problem}`));
    const touched = fields.filter((field) => (typed[field.key] ?? '').trim() !== (before[field.key] ?? ''));
    const { secrets } = sorted(touched, typed);
    // A setting that was emptied is told as empty.
    const settings = Object.fromEntries(touched.filter((field) => !field.sensitive).map((field) => [field.key, (typed[field.key] ?? '').trim()]));
    setBusy(true);
    setFailed(null);
    const request = { ...(Object.keys(settings).length > 0 ? { settings } : {}), ...(Object.keys(secrets).length > 0 ? { secrets } : {}), ...(evenIfUntested ? { evenIfUntested } : {}) };
    const answer = await send(request);
    setBusy(false);
    if (answer.ok) return onChanged(answer.value);
    const key = answer.error.code === 'connect.untried' ? null : fieldOf(answer.error, fields);
    if (key !== null) return tell(key, errorWords(answer.error.code));
    setFailed({ words: refusedWords(answer.error), away: answer.error.code === 'connect.untried' });
  };
  return (
    <form
      className="unfolded"
      noValidate
      aria-label={t('care.change')}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void save(false);
      }}
    >
      <Fields
        fields={fields}
        typed={typed}
        wrong={wrong}
        set={fields.filter(isThere).map((field) => field.key)}
        onType={(key, value) => {
          setChanged((now) => ({ ...now, [key]: value }));
          setWrong(null);
        }}
      />
      <WhereKept face={face} path={connection.path} places={places} place={place} onPlace={setPlace} keeper={keeper} />
      <Failed words={failed?.words ?? null} />
      <button type="submit" className="button button-main" disabled={busy}>
        {t(busy ? 'connect.saving' : 'care.save')}
      </button>
      {failed?.away === true ? (
        <button type="button" className="button" onClick={() => void save(true)}>
          {t('care.saveAllTheSame')}
        </button>
      ) : null}
    </form>
  );
}

function Rotate({ connection, face, setup, onChanged }: Props & { readonly onChanged: () => void }) {
  const backend = useBackend();
  const task = useTask();
  const [made, setMade] = useState<Readonly<Record<string, string>>>({});
  const previous = previousOf(face, connection.path).filter((field) => setup.secretsSet.includes(field.key));
  return (
    <>
      {generatedOf(face, connection.path).map((field) => (
        <SureButton
          key={field.key}
          label={t('care.rotate', { label: isolated(field.label) })}
          sure={t('care.rotateSure')}
          disabled={task.busy}
          onSure={() =>
            void task.run(
              () => backend.systems.rotate(connection.id, field.key),
              (answer) => {
                setMade(answer.generated);
                onChanged();
              },
            )
          }
        />
      ))}
      {previous.map((field) => (
        <SureButton key={field.key} label={t('care.endPrevious')} sure={t('care.endPreviousSure')} of={field.label} disabled={task.busy} onSure={() => void task.run(() => backend.systems.change(connection.id, { secrets: { [field.key]: '' } }), onChanged)} />
      ))}
      {Object.entries(made).map(([key, value]) => (
        <div key={key} className="unfolded">
          <p role="status">{t('care.rotated')}</p>
          <CopyField label={face.fields.find((field) => field.key === key)?.label ?? key} value={value} />
        </div>
      ))}
      <Failed words={task.failed} />
    </>
  );
}

/** What a manager may do with a connection. What comes of it is shown by the connection itself. */
export function ConnectionActions({ connection, face, setup }: Props) {
  const backend = useBackend();
  const queries = useQueryClient();
  const mayChange = useMay('http:changeConnection');
  const mayPause = useMay('command:connection.pause');
  const looking = useTask();
  const [said, setSaid] = useState<string | null>(null);
  const changed = (): void => void queries.invalidateQueries({ queryKey: ['setup', connection.id] });
  if (!mayChange) return null;
  const looks = connection.path === 'feed' || (connection.path === 'native' && face.capabilities.poll);
  return (
    <>
      {mayPause ? <Pause connection={connection} /> : null}
      <DecisionMark rowId={connection.id} />
      {connection.path === 'file' ? (
        <a className="button" href={`#/import/${connection.id}`}>
          {t('care.importFile')}
        </a>
      ) : null}
      {looks ? (
        <button type="button" className="button" disabled={looking.busy} onClick={() => void looking.run(() => backend.systems.look(connection.id), () => setSaid(t('care.looking')))}>
          {t('care.look')}
        </button>
      ) : null}
      <Unfold label={t('care.rename')}>{(close) => <Rename connection={connection} onChanged={close} />}</Unfold>
      {face.fields.length > 0 ? (
        <Unfold label={t('care.change')}>
          {(close) => (
            <Change
              connection={connection}
              face={face}
              setup={setup}
              onChanged={({ report }) => {
                close();
                changed();
                setSaid(report === null ? t('care.saved') : report.account === null ? t('connect.worked') : t('connect.workedAs', { account: isolated(report.account) }));
              }}
            />
          )}
        </Unfold>
      ) : null}
      <Rotate connection={connection} face={face} setup={setup} onChanged={changed} />
      {setup.leave && (!setup.leave.given || setup.leave.ended) ? <GiveLeave connectionId={connection.id} name={face.name} onGiven={changed} /> : null}
      <RemoveConnection connection={connection} />
      <Failed words={looking.failed} />
      <p role="status" className="care-note">
        {said}
      </p>
    </>
  );
}
