import { useCallback, useEffect, useState, type FormEvent } from 'react';
import { PASSWORD_LENGTH, type AccountAnswer, type InvitationLookAnswer } from '../../core/contract/accounts.ts';
import { fullMoment, VIEWER_ZONE } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { closeDoor, rememberWay, type Door } from '../state/backend/door.ts';
import { resetPassword, signOnAt, signOut } from './auth.ts';
import { acceptInvitation, askAccount, invitationBehind, joinBy, signOnOf } from './calls.ts';
import { FoundInBrowser } from '../founding/FoundPages.tsx';
import { Failed, PasswordField, TextField } from './fields.tsx';
import { SignInForm } from './SignInForm.tsx';
import { Entering, Plain } from './SignInPage.tsx';
import { useTask } from './useTask.ts';

const leave = (): void => {
  closeDoor();
  location.reload();
};

function ResetPage({ token }: { readonly token: string }) {
  const task = useTask();
  const [password, setPassword] = useState('');
  const [done, setDone] = useState(false);
  return (
    <Plain title={t('reset.title')}>
      {done ? (
        <>
          <p role="status">{t('reset.done')}</p>
          <button type="button" className="button button-main" onClick={leave}>
            {t('signIn.submit')}
          </button>
        </>
      ) : (
        <form
          className="sign-in-form"
          onSubmit={(event) => {
            event.preventDefault();
            void task.run(() => resetPassword(token, password), () => setDone(true));
          }}
        >
          <p className="dim">{t('reset.help')}</p>
          <PasswordField label={t('reset.password')} value={password} onChange={setPassword} autoComplete="new-password" description={t('signIn.passwordRule', PASSWORD_LENGTH)} autoFocus />
          <Failed words={task.failed} />
          <button type="submit" className="button button-main" disabled={task.busy}>
            {t('reset.submit')}
          </button>
          <p className="sign-in-ways">
            <button type="button" className="link" onClick={leave}>
              {t('signIn.back')}
            </button>
          </p>
        </form>
      )}
    </Plain>
  );
}

function JoinForm({ token, invited, onJoined }: { readonly token: string; readonly invited: InvitationLookAnswer; readonly onJoined: (organisationId: string) => void }) {
  const task = useTask();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [signOn, setSignOn] = useState<{ readonly available: boolean; readonly enforced: boolean } | null>(null);
  useEffect(() => {
    void signOnOf(invited.email).then((answer) => {
      if (answer.ok) setSignOn(answer.value);
    });
  }, [invited.email]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void task.run(() => joinBy(token, name, password), ({ organisationId }) => onJoined(organisationId));
  };
  return (
    <form className="sign-in-form" onSubmit={submit}>
      {signOn?.available ? (
        <button
          type="button"
          className="button button-main"
          disabled={task.busy}
          onClick={() =>
            void task.run(
              () => signOnAt(invited.email),
              ({ url }) => {
                rememberWay();
                location.assign(url);
              },
            )
          }
        >
          {t('signIn.signOn')}
        </button>
      ) : null}
      {signOn?.enforced ? null : (
        <>
          <TextField type="email" label={t('signIn.email')} value={invited.email} onChange={() => undefined} autoComplete="username" readOnly />
          <TextField label={t('invitation.name')} value={name} onChange={setName} autoComplete="name" maxLength={120} autoFocus />
          <PasswordField label={t('invitation.password')} value={password} onChange={setPassword} autoComplete="new-password" description={t('signIn.passwordRule', PASSWORD_LENGTH)} />
          <button type="submit" className="button button-main" disabled={task.busy}>
            {t('invitation.join')}
          </button>
        </>
      )}
      <Failed words={task.failed} />
    </form>
  );
}

function InvitationPage({ token }: { readonly token: string }) {
  const look = useTask();
  const task = useTask();
  const [invited, setInvited] = useState<InvitationLookAnswer | null>(null);
  const [account, setAccount] = useState<AccountAnswer | null | 'unknown'>('unknown');
  const [joined, setJoined] = useState<string | null>(null);
  const { run } = look;
  useEffect(() => void run(() => invitationBehind(token), setInvited), [run, token]);
  const askWho = useCallback(async (): Promise<void> => {
    const answer = await askAccount();
    setAccount(answer.ok ? answer.value : null);
  }, []);
  useEffect(() => void askWho(), [askWho]);

  const enter = (organisationId: string): void => {
    setJoined(organisationId);
    void task.run(askAccount, setAccount);
  };
  const signedOut = (): void => {
    setJoined(null);
    setAccount(null);
  };
  if (joined !== null && account !== null && account !== 'unknown') return <Entering account={account} only={joined} onSignedOut={signedOut} />;
  if (!invited) {
    return (
      <Plain title={t('invitation.title')}>
        <Failed words={look.failed} />
        {look.failed ? (
          <button type="button" className="button" onClick={leave}>
            {t('invitation.without')}
          </button>
        ) : null}
      </Plain>
    );
  }
  const signedInAs = account !== null && account !== 'unknown' ? account.account : null;
  const isTheirs = signedInAs?.email.toLowerCase() === invited.email.toLowerCase();
  return (
    <Plain title={t('invitation.to', { name: invited.organisation.name })}>
      <p>{t('invitation.about', { who: invited.invitedBy, role: t(`roles.${invited.role}`), email: invited.email })}</p>
      <p className="dim">{t('invitation.until', { time: fullMoment(invited.expiresAt, VIEWER_ZONE) })}</p>
      {signedInAs && !isTheirs ? (
        <>
          <p>{t('invitation.other', { email: signedInAs.email })}</p>
          <button type="button" className="button" disabled={task.busy} onClick={() => void task.run(signOut, signedOut)}>
            {t('signIn.other')}
          </button>
        </>
      ) : isTheirs ? (
        <button type="button" className="button button-main" disabled={task.busy} onClick={() => void task.run(() => acceptInvitation(token), ({ organisationId }) => enter(organisationId))}>
          {t('invitation.accept')}
        </button>
      ) : account === 'unknown' ? null : invited.hasAccount ? (
        <>
          <p>{t('invitation.hasAccount')}</p>
          <SignInForm fixed={invited.email} onSignedIn={() => void task.run(() => acceptInvitation(token), ({ organisationId }) => enter(organisationId))} />
        </>
      ) : (
        <JoinForm token={token} invited={invited} onJoined={enter} />
      )}
      <Failed words={task.failed} />
    </Plain>
  );
}

export function DoorPage({ door }: { readonly door: Exclude<Door, { kind: 'signed_on' }> }) {
  if (door.kind === 'found') return <FoundInBrowser token={door.token} />;
  return door.kind === 'reset' ? <ResetPage token={door.token} /> : <InvitationPage token={door.token} />;
}
