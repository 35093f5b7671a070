import { Checkbox } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { Email } from '../../core/contract/accounts.ts';
import { t } from '../i18n/index.ts';
import { rememberWay } from '../state/backend/door.ts';
import { canHavePasskeys, requestReset, signIn, signInByPasskey, signOnAt, verifyBackupCode, verifyCode } from './auth.ts';
import { signOnOf } from './calls.ts';
import { Failed, PasswordField, TextField } from './fields.tsx';
import { useTask } from './useTask.ts';

type Stage = 'password' | 'second' | 'forgotten';

function SecondFactor({ onSignedIn, onBack }: { readonly onSignedIn: () => void; readonly onBack: () => void }) {
  const task = useTask();
  const [backup, setBackup] = useState(false);
  const [code, setCode] = useState('');
  const [trust, setTrust] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const bare = code.replace(/\s/g, '');
    void task.run(() => (backup ? verifyBackupCode(bare) : verifyCode(bare, trust)), onSignedIn);
  };
  return (
    <form className="sign-in-form" onSubmit={submit}>
      <h2>{t('signIn.second')}</h2>
      <p className="dim">{t(backup ? 'signIn.secondBackup' : 'signIn.secondHelp')}</p>
      {backup ? (
        <TextField key="backup" label={t('signIn.backupCode')} value={code} onChange={setCode} autoComplete="off" maxLength={40} autoFocus />
      ) : (
        <TextField key="code" label={t('signIn.code')} value={code} onChange={setCode} autoComplete="one-time-code" inputMode="numeric" maxLength={9} autoFocus className="num" />
      )}
      {backup ? null : <Checkbox label={t('signIn.trust')} checked={trust} onChange={(event) => setTrust(event.currentTarget.checked)} />}
      <Failed words={task.failed} />
      <button type="submit" className="button button-main" disabled={task.busy}>
        {t('signIn.confirm')}
      </button>
      <p className="sign-in-ways">
        <button type="button" className="link" onClick={() => { setBackup(!backup); setCode(''); task.fail(null); }}>
          {t(backup ? 'signIn.useApp' : 'signIn.useBackup')}
        </button>
        <button type="button" className="link" onClick={onBack}>
          {t('signIn.back')}
        </button>
      </p>
    </form>
  );
}

function Forgotten({ email: given, onBack }: { readonly email: string; readonly onBack: () => void }) {
  const task = useTask();
  const [email, setEmail] = useState(given);
  const [sent, setSent] = useState(false);
  return (
    <form
      className="sign-in-form"
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(() => requestReset(email.trim()), () => setSent(true));
      }}
    >
      <h2>{t('signIn.forgotten')}</h2>
      <p className="dim">{t('signIn.forgottenHelp')}</p>
      <TextField type="email" label={t('signIn.email')} value={email} onChange={setEmail} autoComplete="username" autoFocus />
      <Failed words={task.failed} />
      {/* The same words whether or not there is such an account: who has one is nobody else's affair. */}
      <p role="status">{sent ? t('signIn.resetAsked') : null}</p>
      <button type="submit" className="button button-main" disabled={task.busy || sent}>
        {t('signIn.askReset')}
      </button>
      <p className="sign-in-ways">
        <button type="button" className="link" onClick={onBack}>
          {t('signIn.back')}
        </button>
      </p>
    </form>
  );
}

/** Address and password, passkey, the organisation's own sign-on, second factor, a forgotten password. `fixed` = only this address will do. */
export function SignInForm({ fixed, onSignedIn }: { readonly fixed?: string; readonly onSignedIn: () => void }) {
  const task = useTask();
  const [stage, setStage] = useState<Stage>('password');
  const [email, setEmail] = useState(fixed ?? '');
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(true);
  const [signOn, setSignOn] = useState<{ readonly email: string; readonly available: boolean; readonly enforced: boolean } | null>(null);
  const [passkey] = useState(() => canHavePasskeys(location, isSecureContext));

  useEffect(() => {
    if (!passkey) return;
    // Offered by the browser beside the saved passwords; whoever has none sees nothing of it.
    void signInByPasskey(true).then((answer) => {
      if (answer.ok && answer.value) onSignedIn();
    });
    // Once for the page; a button press takes over from it.
  }, []);

  const wanted = email.trim().toLowerCase();
  const shown = signOn?.email === wanted ? signOn : null;
  const lookUp = async (): Promise<void> => {
    if (!Email.safeParse(wanted).success || signOn?.email === wanted) return;
    const answer = await signOnOf(wanted);
    // Unknown is as good as none: the server says it again when the password is given.
    if (answer.ok) setSignOn({ email: wanted, ...answer.value });
  };
  useEffect(() => {
    if (fixed !== undefined) void lookUp();
    // Only for an address that is given; a typed one is looked up when the field is left.
  }, [fixed]);

  const goToProvider = (): void =>
    void task.run(
      () => signOnAt(wanted),
      ({ url }) => {
        rememberWay();
        location.assign(url);
      },
    );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (shown?.enforced && password === '') return goToProvider();
    void task.run(
      () => signIn(wanted, password, remember),
      ({ secondFactor }) => {
        setPassword('');
        if (secondFactor) setStage('second');
        else onSignedIn();
      },
    );
  };

  if (stage === 'second') return <SecondFactor onSignedIn={onSignedIn} onBack={() => setStage('password')} />;
  if (stage === 'forgotten') return <Forgotten email={wanted} onBack={() => setStage('password')} />;
  return (
    <form className="sign-in-form" onSubmit={submit}>
      <TextField
        type="email"
        name="email"
        label={t('signIn.email')}
        value={email}
        onChange={setEmail}
        onBlur={() => void lookUp()}
        autoComplete={passkey ? 'username webauthn' : 'username'}
        readOnly={fixed !== undefined}
        autoFocus={fixed === undefined}
      />
      {shown?.available ? (
        <button type="button" className="button button-main" disabled={task.busy} onClick={goToProvider}>
          {t('signIn.signOn')}
        </button>
      ) : null}
      {shown?.enforced ? <p className="dim">{t('signIn.signOnOnly')}</p> : null}
      <PasswordField label={t('signIn.password')} value={password} onChange={setPassword} autoComplete="current-password" autoFocus={fixed !== undefined} />
      <Checkbox label={t('signIn.remember')} checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />
      <Failed words={task.failed} />
      <button type="submit" className={shown?.available ? 'button' : 'button button-main'} disabled={task.busy}>
        {t('signIn.submit')}
      </button>
      {passkey ? (
        <button
          type="button"
          className="button"
          disabled={task.busy}
          onClick={() =>
            void task.run(
              () => signInByPasskey(false),
              (done) => (done ? onSignedIn() : task.fail(t('signIn.passkeyNot'))),
            )
          }
        >
          {t('signIn.passkey')}
        </button>
      ) : null}
      <p className="sign-in-ways">
        <button type="button" className="link" onClick={() => setStage('forgotten')}>
          {t('signIn.forgotten')}
        </button>
      </p>
    </form>
  );
}
