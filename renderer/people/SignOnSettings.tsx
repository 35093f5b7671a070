import { NativeSelect, Switch } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { SignOnRequest, type SignOnAnswer } from '../../core/contract/accounts.ts';
import { CopyField, Failed, PasswordField, SureButton, TextField, Unfold } from '../accounts/fields.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { errorWords, t } from '../i18n/index.ts';
import { Setting } from '../settings/Setting.tsx';

const KEY = ['sign-on'];

function SignOnForm({ now, onSaved }: { readonly now: SignOnAnswer['signOn']; readonly onSaved: (answer: SignOnAnswer) => void }) {
  const backend = useBackend();
  const task = useTask();
  const [issuer, setIssuer] = useState(now?.issuer ?? '');
  const [clientId, setClientId] = useState(now?.clientId ?? '');
  const [secret, setSecret] = useState('');
  const [domain, setDomain] = useState(now?.domain ?? '');
  const [role, setRole] = useState<SignOnRequest['role']>(now?.role ?? 'staff');
  const [enforced, setEnforced] = useState(now?.enforced ?? false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const request = SignOnRequest.safeParse({ issuer: issuer.trim(), clientId: clientId.trim(), domain: domain.trim(), role, enforced, ...(secret === '' ? {} : { clientSecret: secret }) });
    if (!request.success) return task.fail(t('signOn.incomplete'));
    void task.run(() => backend.people.setSignOn(request.data), onSaved);
  };
  return (
    <form className="unfolded" onSubmit={submit} aria-label={t('signOn.title')}>
      <TextField label={t('signOn.issuer')} description={t('signOn.issuerHelp')} value={issuer} onChange={setIssuer} autoComplete="off" maxLength={500} />
      <TextField label={t('signOn.clientId')} value={clientId} onChange={setClientId} autoComplete="off" maxLength={300} />
      <PasswordField label={t('signOn.secret')} description={t(now ? 'signOn.secretKept' : 'signOn.secretHelp')} value={secret} onChange={setSecret} autoComplete="off" required={now === null} />
      <div className="field-row">
        <TextField label={t('signOn.domain')} value={domain} onChange={setDomain} autoComplete="off" maxLength={253} />
        <NativeSelect label={t('signOn.role')} value={role} data={(['staff', 'coordinator'] as const).map((value) => ({ value, label: t(`roles.${value}`) }))} onChange={(event) => setRole(event.currentTarget.value === 'coordinator' ? 'coordinator' : 'staff')} />
      </div>
      <Switch label={t('signOn.enforced')} description={t('signOn.enforcedHelp')} checked={enforced} onChange={(event) => setEnforced(event.currentTarget.checked)} />
      <Failed words={task.failed} />
      <button type="submit" className="button button-main" disabled={task.busy}>
        {t('signOn.save')}
      </button>
    </form>
  );
}

/** The organisation's own sign-on, for owners. The client secret is written and never read back. */
export function SignOnSettings() {
  const backend = useBackend();
  const queries = useQueryClient();
  const task = useTask();
  const { data, error } = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const answer = await backend.people.signOn();
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
  });
  const keep = (answer: SignOnAnswer): void => void queries.setQueryData(KEY, answer);
  const signOn = data?.signOn ?? null;
  return (
    <>
      <h2>{t('signOn.title')}</h2>
      <Failed words={task.failed ?? (error ? errorWords(error.message) : null)} />
      {data ? (
        <>
          <Setting label={signOn ? t('signOn.on', { domain: signOn.domain }) : t('signOn.off')} help={signOn ? t(signOn.enforced ? 'signOn.onEnforced' : 'signOn.onOptional', { issuer: signOn.issuer }) : t('signOn.help')}>
            <Unfold label={t(signOn ? 'signOn.change' : 'signOn.set')}>
              {(close) => (
                <SignOnForm
                  now={signOn}
                  onSaved={(answer) => {
                    keep(answer);
                    close();
                  }}
                />
              )}
            </Unfold>
            {signOn ? <SureButton label={t('signOn.end')} sure={t('signOn.endSure')} disabled={task.busy} onSure={() => void task.run(() => backend.people.removeSignOn(), keep)} /> : null}
          </Setting>
          {signOn ? <CopyField label={t('signOn.redirect')} value={signOn.redirectUrl} /> : null}
        </>
      ) : null}
    </>
  );
}
