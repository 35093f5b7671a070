import { useState, type FormEvent } from 'react';
import { t } from '../i18n/index.ts';
import { Setting } from '../settings/Setting.tsx';
import { disableSecondFactor, enableSecondFactor, newBackupCodes, verifyCode, type Enabled } from './auth.ts';
import { BackupCodes } from './BackupCodes.tsx';
import { CopyField, Failed, PasswordField, TextField, Unfold } from './fields.tsx';
import { Qr } from './Qr.tsx';
import { useTask } from './useTask.ts';

/** The secret as people type it into an app that cannot see the picture. */
const secretOf = (uri: string): string => (new URL(uri).searchParams.get('secret') ?? '').replace(/(.{4})(?=.)/g, '$1 ');

/** A password before something that a thief at an open screen would do. */
export function WithPassword({ label, about, onPassword }: { readonly label: string; readonly about: string; readonly onPassword: (password: string) => Promise<void> }) {
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    await onPassword(password);
    setBusy(false);
  };
  return (
    <form className="unfolded" onSubmit={(event) => void submit(event)}>
      <p className="dim">{about}</p>
      <PasswordField label={t('account.passwordNow')} value={password} onChange={setPassword} autoComplete="current-password" autoFocus />
      <button type="submit" className="button button-main" disabled={busy}>
        {label}
      </button>
    </form>
  );
}

function Confirm({ enabled, onConfirmed, onDone }: { readonly enabled: Enabled; readonly onConfirmed: () => void; readonly onDone: () => void }) {
  const task = useTask();
  const [code, setCode] = useState('');
  const [confirmed, setConfirmed] = useState(false);
  if (confirmed) return <BackupCodes codes={enabled.backupCodes} onDone={onDone} />;
  return (
    <form
      className="unfolded"
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(
          () => verifyCode(code.replace(/\s/g, ''), false),
          () => {
            setConfirmed(true);
            onConfirmed();
          },
        );
      }}
    >
      <p className="dim">{t('account.qrHelp')}</p>
      <Qr text={enabled.totpURI} label={t('account.qr')} />
      <CopyField label={t('account.secret')} value={secretOf(enabled.totpURI)} />
      <TextField label={t('signIn.code')} value={code} onChange={setCode} autoComplete="one-time-code" inputMode="numeric" maxLength={9} className="num" />
      <Failed words={task.failed} />
      <button type="submit" className="button button-main" disabled={task.busy}>
        {t('account.factorConfirm')}
      </button>
    </form>
  );
}

export function SecondFactorSettings({ on, hasPassword, onChanged }: { readonly on: boolean; readonly hasPassword: boolean; readonly onChanged: () => void }) {
  const task = useTask();
  const [enabled, setEnabled] = useState<Enabled | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const done = (): void => {
    setEnabled(null);
    setCodes(null);
    onChanged();
  };
  if (!hasPassword) return <Setting label={t('account.factor')} help={t('account.factorNoPassword')}>{null}</Setting>;
  return (
    <>
      <Setting label={t('account.factor')} help={t(on ? 'account.factorOn' : 'account.factorOff')}>
        {enabled || codes ? null : on ? (
          <>
            <Unfold label={t('account.backupNew')}>
              {(close) => (
                <WithPassword
                  label={t('account.backupNew')}
                  about={t('account.backupNewHelp')}
                  onPassword={(password) =>
                    task.run(
                      () => newBackupCodes(password),
                      (made) => {
                        setCodes(made.backupCodes);
                        close();
                      },
                    )
                  }
                />
              )}
            </Unfold>
            <Unfold label={t('account.factorEnd')}>
              {() => <WithPassword label={t('account.factorEnd')} about={t('account.factorEndHelp')} onPassword={(password) => task.run(() => disableSecondFactor(password), done)} />}
            </Unfold>
          </>
        ) : (
          <Unfold label={t('account.factorSet')}>
            {() => <WithPassword label={t('account.factorNext')} about={t('account.factorHelp')} onPassword={(password) => task.run(() => enableSecondFactor(password), setEnabled)} />}
          </Unfold>
        )}
      </Setting>
      <Failed words={task.failed} />
      {enabled ? <Confirm enabled={enabled} onConfirmed={onChanged} onDone={done} /> : null}
      {codes ? <BackupCodes codes={codes} onDone={done} /> : null}
    </>
  );
}
