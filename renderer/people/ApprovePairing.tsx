import { useEffect, useState, type FormEvent } from 'react';
import { PairingCode, type PairingView } from '../../core/contract/accounts.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { go, useRoute } from '../app/routes.ts';
import { spanText } from '../components/format.ts';
import { Ago } from '../components/Moment.tsx';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { Failed, TextField } from '../accounts/fields.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useSettingZone } from '../accounts/zone.ts';

const spoken = (code: string): string => code.replace(/[^a-z0-9]/gi, '').toUpperCase().replace(/^(.{4})(.+)$/, '$1-$2');

function Asking({ view, onDone, onRefused }: { readonly view: PairingView; readonly onDone: (status: 'approved' | 'denied') => void; readonly onRefused: (code: string) => void }) {
  const { people } = useBackend();
  const zone = useSettingZone();
  const now = useNow(1000);
  const task = useTask();
  const decide = (how: 'approvePairing' | 'denyPairing') => (): void =>
    void task.run(
      async () => {
        const answer = await people[how](view.userCode);
        if (!answer.ok) onRefused(answer.error.code);
        return answer;
      },
      ({ status }) => onDone(status),
    );
  return (
    <div className="approve">
      <p className="pair-code num">{view.userCode}</p>
      <p>{t('approve.check')}</p>
      <dl className="facts facts-wide">
        <div>
          <dt>{t('approve.what')}</dt>
          <dd>
            <bdi>{view.device.name}</bdi> · {t(`deviceKinds.${view.device.kind}`)}
          </dd>
        </div>
        <div>
          <dt>{t('approve.from')}</dt>
          <dd className="num">{view.address}</dd>
        </div>
        <div>
          <dt>{t('approve.asked')}</dt>
          <dd>
            <Ago at={view.askedAt} zone={zone} /> {t('inspector.ageAfter')} · {t('pair.left', { span: spanText(Math.max(0, Date.parse(view.expiresAt) - now)) })}
          </dd>
        </div>
        <div>
          <dt>{t('approve.into')}</dt>
          <dd>
            <bdi>{view.organisation.name}</bdi>
          </dd>
        </div>
        <div>
          <dt>{t('approve.as')}</dt>
          <dd>
            <bdi>{view.as.name}</bdi> ({view.as.email}), {t(`roles.${view.as.role}`)}
          </dd>
        </div>
      </dl>
      <Failed words={task.failed} />
      <p className="pair-ways">
        <button type="button" className="button button-main" disabled={task.busy} onClick={decide('approvePairing')}>
          {t('approve.yes')}
        </button>
        <button type="button" className="button" disabled={task.busy} onClick={decide('denyPairing')}>
          {t('approve.no')}
        </button>
      </p>
    </div>
  );
}

/** `#/pair/CODE`: what asks to be let in, from where, for which house and as whom; then yes or no. */
export function ApprovePairing() {
  const backend = useBackend();
  const { place } = useRoute();
  const mayInvite = useMay('http:people');
  const given = place.view === 'pair' ? place.code : null;
  const task = useTask();
  const { run, fail } = task;
  const [code, setCode] = useState('');
  const [view, setView] = useState<PairingView | null>(null);
  const [noAccount, setNoAccount] = useState(false);
  const [done, setDone] = useState<'approved' | 'denied' | null>(null);

  useEffect(() => {
    setView(null);
    setDone(null);
    setNoAccount(false);
    if (given === null) return;
    void run(async () => {
      const answer = await backend.people.lookAtPairing(given);
      setNoAccount(!answer.ok && answer.error.code === 'auth.account_needed');
      return answer;
    }, setView);
  }, [given, backend, run]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const bare = code.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
    if (!PairingCode.safeParse(bare).success || bare.length !== 8) return fail(t('approve.notACode'));
    if (bare === given?.replace('-', '')) return void run(() => backend.people.lookAtPairing(bare), setView);
    go({ place: { view: 'pair', code: bare }, selected: null });
  };

  return (
    <div className="page settings">
      <header className="board-head">
        <h1>{t('approve.title')}</h1>
        <p className="board-about">{t('approve.about')}</p>
      </header>
      {done ? (
        <>
          <p role="status" className="approve-done">
            {t(`approve.done.${done}`)}
          </p>
          <p className="pair-ways">
            <a className="button" href={mayInvite ? '#/people' : '#/day'}>
              {t(mayInvite ? 'places.people' : 'places.day')}
            </a>
          </p>
        </>
      ) : view ? (
        <Asking view={view} onDone={setDone} onRefused={(refused) => setNoAccount(refused === 'auth.account_needed')} />
      ) : (
        <form className="unfolded" onSubmit={submit}>
          <TextField label={t('approve.code')} value={given !== null && code === '' ? spoken(given) : code} onChange={setCode} autoComplete="off" maxLength={20} autoFocus className="num" />
          <Failed words={noAccount ? null : task.failed} />
          <button type="submit" className="button button-main" disabled={task.busy}>
            {t('approve.look')}
          </button>
        </form>
      )}
      {noAccount ? (
        <p className="approve-out">
          {t(mayInvite ? 'approve.accountManager' : 'approve.accountStaff')} {mayInvite ? <a href="#/people">{t('approve.toPeople')}</a> : null}
        </p>
      ) : null}
    </div>
  );
}
