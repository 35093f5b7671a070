import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSettingZone } from './zone.ts';
import { Ago } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { Setting } from '../settings/Setting.tsx';
import { browserName } from '../state/backend/door.ts';
import { addPasskey, canHavePasskeys, deletePasskey, passkeys } from './auth.ts';
import { Failed, SureButton, TextField, Unfold } from './fields.tsx';
import { useTask } from './useTask.ts';

export function Passkeys() {
  const zone = useSettingZone();
  const queries = useQueryClient();
  const task = useTask();
  const [name, setName] = useState(browserName);
  const [possible] = useState(() => canHavePasskeys(location, isSecureContext));
  const { data, error } = useQuery({
    queryKey: ['passkeys'],
    queryFn: async () => {
      const answer = await passkeys();
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
  });
  const again = (): void => void queries.invalidateQueries({ queryKey: ['passkeys'] });
  return (
    <>
      <Setting label={t('account.passkeys')} help={t(possible ? 'account.passkeysHelp' : 'account.passkeysNotHere')}>
        {possible ? (
          <Unfold label={t('account.passkeyAdd')}>
            {(close) => (
              <form
                className="unfolded"
                onSubmit={(event) => {
                  event.preventDefault();
                  void task.run(
                    () => addPasskey(name.trim() || browserName()),
                    (done) => {
                      if (!done) return task.fail(t('account.passkeyNotAdded'));
                      again();
                      close();
                    },
                  );
                }}
              >
                <TextField label={t('account.passkeyName')} value={name} onChange={setName} autoComplete="off" maxLength={80} autoFocus />
                <button type="submit" className="button button-main" disabled={task.busy}>
                  {t('account.passkeyAdd')}
                </button>
              </form>
            )}
          </Unfold>
        ) : null}
      </Setting>
      <Failed words={task.failed ?? (error ? t('account.passkeysUnknown') : null)} />
      <ul className="devices">
        {(data ?? []).map((one) => (
          <li key={one.id} className="setting">
            <div>
              <p className="setting-label">
                <bdi>{one.name ?? t('account.passkey')}</bdi>
              </p>
              {one.createdAt ? (
                <p className="dim">
                  {t('account.addedAgo')} <Ago at={one.createdAt} zone={zone} /> {t('inspector.ageAfter')}
                </p>
              ) : null}
            </div>
            <div className="setting-control">
              <SureButton label={t('account.remove')} sure={t('account.removeSure')} of={one.name ?? t('account.passkey')} disabled={task.busy} onSure={() => void task.run(() => deletePasskey(one.id), again)} />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
