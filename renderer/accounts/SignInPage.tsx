import { useCallback, useEffect, useState, type ReactNode } from 'react';
import type { AccountAnswer, Membership } from '../../core/contract/accounts.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { ClassicLink } from '../app/ClassicLink.tsx';
import { errorWords, t } from '../i18n/index.ts';
import { closeDoor, useDoor } from '../state/backend/door.ts';
import { signOut } from './auth.ts';
import { askAccount, enterOrganisation } from './calls.ts';
import { Failed } from './fields.tsx';
import { SignInForm } from './SignInForm.tsx';
import { useTask } from './useTask.ts';

export function Plain({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className="plain sign-in">
      <p className="plain-mark">WedSync</p>
      <h1>{title}</h1>
      {children}
    </main>
  );
}

/** From a session to a device: the only membership is entered at once, of several one is chosen. */
export function Entering({ account, only, onSignedOut }: { readonly account: AccountAnswer; readonly only?: string; readonly onSignedOut: () => void }) {
  const task = useTask();
  const { run } = task;
  const wanted = only ?? (account.memberships.length === 1 ? account.memberships[0]?.organisation.id : undefined);
  const enter = useCallback((id: string): void => void run(() => enterOrganisation(id), () => location.reload()), [run]);
  useEffect(() => {
    if (wanted !== undefined) enter(wanted);
  }, [wanted, enter]);
  const choice = (membership: Membership): ReactNode => (
    <li key={membership.id}>
      <button type="button" className="choice" disabled={task.busy} onClick={() => enter(membership.organisation.id)}>
        <bdi className="choice-name">{membership.organisation.name}</bdi>
        <span className="dim">{t(`roles.${membership.role}`)}</span>
      </button>
    </li>
  );
  return (
    <Plain title={t(wanted === undefined && account.memberships.length > 1 ? 'signIn.choose' : 'signIn.entering')}>
      <p className="dim">{t('signIn.as', { name: account.account.name, email: account.account.email })}</p>
      {account.memberships.length === 0 ? <p>{errorWords('auth.no_membership')}</p> : null}
      {wanted === undefined ? <ul className="choices">{account.memberships.map(choice)}</ul> : null}
      <Failed words={task.failed} />
      <p className="sign-in-ways">
        {wanted !== undefined && task.failed ? (
          <button type="button" className="link" onClick={() => enter(wanted)}>
            {t('failed.again')}
          </button>
        ) : null}
        <button type="button" className="link" onClick={() => void run(signOut, onSignedOut)}>
          {t('signIn.other')}
        </button>
      </p>
    </Plain>
  );
}

/** What a browser shows that is not let in. `code` = why not. */
export function SignInPage({ code }: { readonly code: ErrorCode }) {
  const [account, setAccount] = useState<AccountAnswer | null | 'unknown'>('unknown');
  const failedSignOn = useDoor(({ door }) => door?.kind === 'signed_on' && door.failed);
  const task = useTask();
  const { run, fail } = task;
  const look = useCallback(async (): Promise<void> => {
    const answer = await askAccount();
    setAccount(answer.ok ? answer.value : null);
    if (!answer.ok && !answer.error.code.startsWith('auth.')) fail(errorWords(answer.error.code));
  }, [fail]);
  useEffect(() => void look(), [look]);
  const signedIn = useCallback((): void => {
    closeDoor();
    void run(askAccount, setAccount);
  }, [run]);

  if (account === 'unknown') return <Plain title={t('signIn.title')}>{null}</Plain>;
  if (account) return <Entering account={account} onSignedOut={() => setAccount(null)} />;
  return (
    <Plain title={t('signIn.title')}>
      {/* That nobody is signed in yet needs no sentence; everything else does. */}
      {code === 'auth.missing' || code === 'auth.invalid' ? null : <p>{code === 'auth.revoked' ? t('signIn.out') : errorWords(code)}</p>}
      <Failed words={failedSignOn ? t('signIn.signOnFailed') : task.failed} />
      <SignInForm onSignedIn={signedIn} />
      <details className="sign-in-else">
        <summary>{t('pairing.title')}</summary>
        <ol>
          <li>{t('pairing.step1')}</li>
          <li>{t('pairing.step2')}</li>
          <li>{t('pairing.step3')}</li>
        </ol>
      </details>
      <ClassicLink />
    </Plain>
  );
}
