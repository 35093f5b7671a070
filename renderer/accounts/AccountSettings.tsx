import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PASSWORD_LENGTH, type AccountAnswer } from '../../core/contract/accounts.ts';
import { useBackend } from '../app/context.ts';
import { Moment } from '../components/Moment.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { Setting } from '../settings/Setting.tsx';
import { unsent } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { Switch } from '@mantine/core';
import { changePassword, signOut } from './auth.ts';
import { agentName } from './agent.ts';
import { askAccount, leaveOrganisation, removeAccount, revokeSession } from './calls.ts';
import { ChangeName } from './ChangeName.tsx';
import { Failed, PasswordField, SureButton, Unfold } from './fields.tsx';
import { forgetRecord } from './forget.ts';
import { Passkeys } from './Passkeys.tsx';
import { SecondFactorSettings, WithPassword } from './SecondFactorSettings.tsx';
import { useTask } from './useTask.ts';
import { useSettingZone } from './zone.ts';

const KEY = ['account'];

/** Nothing of this session is left on the page; whoever signs in next begins at the day. */
const gone = (): void =>
  void forgetRecord().then(() => {
    history.replaceState(null, '', `${location.pathname}#/day`);
    location.reload();
  });

function ChangePassword({ onDone }: { readonly onDone: () => void }) {
  const task = useTask();
  const [now, setNow] = useState('');
  const [next, setNext] = useState('');
  const [others, setOthers] = useState(true);
  return (
    <form
      className="unfolded"
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(() => changePassword(now, next, others), onDone);
      }}
    >
      <PasswordField label={t('account.passwordNow')} value={now} onChange={setNow} autoComplete="current-password" autoFocus />
      <PasswordField label={t('account.passwordNew')} value={next} onChange={setNext} autoComplete="new-password" description={t('signIn.passwordRule', PASSWORD_LENGTH)} />
      <Switch label={t('account.endOthers')} checked={others} onChange={(event) => setOthers(event.currentTarget.checked)} />
      <Failed words={task.failed} />
      <button type="submit" className="button button-main" disabled={task.busy}>
        {t('account.passwordChange')}
      </button>
    </form>
  );
}

function Sessions({ sessions, onChanged }: { readonly sessions: AccountAnswer['sessions']; readonly onChanged: () => void }) {
  const zone = useSettingZone();
  const task = useTask();
  return (
    <>
      <h2>{t('account.sessions')}</h2>
      <Failed words={task.failed} />
      <ul className="devices">
        {sessions.map((session) => (
          <li key={session.id} className="setting">
            <div>
              <p className="setting-label">
                <bdi>{agentName(session.userAgent)}</bdi>
                {session.self ? ` · ${t('account.thisSession')}` : ''}
              </p>
              <p className="dim">
                {t('account.since')} <Moment at={session.startedAt} zone={zone} /> · {t('account.until')} <Moment at={session.expiresAt} zone={zone} />
              </p>
            </div>
            <div className="setting-control">
              {session.self ? null : (
                <SureButton label={t('account.sessionEnd')} sure={t('account.sessionEndSure')} of={agentName(session.userAgent)} disabled={task.busy} onSure={() => void task.run(() => revokeSession(session.id), onChanged)} />
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function Leaving({ account }: { readonly account: AccountAnswer }) {
  const task = useTask();
  const here = useConsole((state) => state.record?.organisation.id ?? null);
  const waiting = useConsole((state) => unsent(state.outbox).length);
  const membership = account.memberships.find(({ organisation }) => organisation.id === here);
  return (
    <>
      <h2>{t('account.leaving')}</h2>
      <Setting label={t('account.signOut')} help={t('account.signOutHelp')}>
        {waiting > 0 ? (
          <SureButton label={t('account.signOut')} sure={t('account.signOutUnsent', { count: waiting })} disabled={task.busy} onSure={() => void task.run(signOut, gone)} />
        ) : (
          <button type="button" className="button" disabled={task.busy} onClick={() => void task.run(signOut, gone)}>
            {t('account.signOut')}
          </button>
        )}
      </Setting>
      {membership ? (
        <Setting label={t('account.leave', { name: membership.organisation.name })} help={t('account.leaveHelp')}>
          <SureButton label={t('account.leaveDo')} sure={t('account.leaveSure')} disabled={task.busy} onSure={() => void task.run(() => leaveOrganisation(membership.id), gone)} />
        </Setting>
      ) : null}
      <Setting label={t('account.delete')} help={t('account.deleteHelp')}>
        <Unfold label={t('account.delete')}>
          {() =>
            account.account.hasPassword ? (
              <WithPassword label={t('account.deleteSure')} about={t('account.deleteAbout')} onPassword={(password) => task.run(() => removeAccount(password), gone)} />
            ) : (
              <SureButton label={t('account.deleteSure')} sure={t('account.deleteReally')} onSure={() => void task.run(() => removeAccount(null), gone)} />
            )
          }
        </Unfold>
      </Setting>
      <Failed words={task.failed} />
    </>
  );
}

function InBrowser() {
  const queries = useQueryClient();
  const [said, setSaid] = useState<string | null>(null);
  const { data, error } = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const answer = await askAccount();
      if (answer.ok) return answer.value;
      // Let in by a link: there is nobody to show.
      if (answer.error.code === 'auth.missing' || answer.error.code === 'auth.signed_out') return null;
      throw new Error(answer.error.code);
    },
  });
  const again = (): void => void queries.invalidateQueries({ queryKey: KEY });
  if (error) return <Failed words={errorWords(error.message)} />;
  if (data === undefined) return <p className="dim">{t('account.asking')}</p>;
  if (data === null) return <Setting label={t('account.none')} help={t('account.noneHelp')}>{null}</Setting>;
  const { account, sessions } = data;
  return (
    <>
      <ChangeName account={account} onChanged={again} />
      <Setting label={t('account.password')} help={t(account.hasPassword ? 'account.passwordHelp' : 'account.noPassword')}>
        {account.hasPassword ? (
          <Unfold label={t('account.passwordChange')}>
            {(close) => (
              <ChangePassword
                onDone={() => {
                  setSaid(t('account.passwordChanged'));
                  close();
                  again();
                }}
              />
            )}
          </Unfold>
        ) : null}
        <p role="status" className="setting-outcome">
          {said}
        </p>
      </Setting>
      <SecondFactorSettings on={account.secondFactor} hasPassword={account.hasPassword} onChanged={again} />
      <Passkeys />
      <Sessions sessions={sessions} onChanged={again} />
      <Leaving account={data} />
    </>
  );
}

/** A desktop holds no session: what is done with an account is done in a browser. */
function OnDesktop() {
  const backend = useBackend();
  const task = useTask();
  const url = useConsole((state) => state.pairing?.server.url ?? state.start?.server.url ?? null);
  return (
    <>
      <Setting label={t('account.inBrowser')} help={t('account.inBrowserHelp')}>
        <button type="button" className="button" disabled={url === null || task.busy} onClick={() => void task.run(() => backend.openExternal(`${url ?? ''}/#/settings`))}>
          {t('account.openBrowser')}
        </button>
      </Setting>
      <Failed words={task.failed} />
    </>
  );
}

export function AccountSettings() {
  const desktop = useConsole((state) => state.home === 'desktop');
  return (
    <>
      <h2 id="account">{t('account.title')}</h2>
      {desktop ? <OnDesktop /> : <InBrowser />}
    </>
  );
}
