import { useState } from 'react';
import type { AccountAnswer } from '../../core/contract/accounts.ts';
import { t } from '../i18n/index.ts';
import { Setting } from '../settings/Setting.tsx';
import { rename } from './calls.ts';
import { Failed, TextField, Unfold } from './fields.tsx';
import { useTask } from './useTask.ts';

function NameForm({ now, onDone }: { readonly now: string; readonly onDone: () => void }) {
  const task = useTask();
  const [name, setName] = useState(now);
  return (
    <form
      className="unfolded"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === '') return task.fail(t('account.nameMissing'));
        void task.run(() => rename(name), onDone);
      }}
    >
      <TextField label={t('invitation.name')} description={t('account.nameHelp')} value={name} onChange={setName} autoComplete="name" maxLength={120} autoFocus />
      <Failed words={task.failed} />
      <button type="submit" className="button button-main" disabled={task.busy}>
        {t('account.nameSave')}
      </button>
    </form>
  );
}

/** Who one is here, and what one is called. */
export function ChangeName({ account, onChanged }: { readonly account: AccountAnswer['account']; readonly onChanged: () => void }) {
  const [said, setSaid] = useState<string | null>(null);
  return (
    <Setting label={account.name} help={account.email}>
      <Unfold label={t('account.nameChange')}>
        {(close) => (
          <NameForm
            now={account.name}
            onDone={() => {
              setSaid(t('account.nameChanged'));
              close();
              onChanged();
            }}
          />
        )}
      </Unfold>
      <p role="status" className="setting-outcome">
        {said}
      </p>
    </Setting>
  );
}
