import { useState, type FormEvent } from 'react';
import { FOUNDING_HTTP, type HouseFields } from '../../core/contract/founding.ts';
import { TextField } from '../accounts/fields.tsx';
import { PairingSteps } from '../accounts/PairDesktop.tsx';
import { Plain } from '../accounts/SignInPage.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { t } from '../i18n/index.ts';
import { browserName, closeDoor } from '../state/backend/door.ts';
import { exchange } from '../state/backend/http.ts';
import { setConsole } from '../state/store.ts';
import { FoundForm } from './FoundForm.tsx';

/** The first start of a desktop whose server has no organisation. */
export function FoundOnDesktop() {
  const backend = useBackend();
  const task = useTask();
  const other = useTask();
  const [url, setUrl] = useState('');
  const pair = (event: FormEvent): void => {
    event.preventDefault();
    void other.run(() => backend.pairing.start(url.trim()), (pairing) => setConsole({ pairing }));
  };
  return (
    <Plain title={t('found.title')}>
      <p>{t('found.aboutDesktop')}</p>
      {/* When it is done the line comes to life, and this page goes. */}
      <FoundForm task={task} onSubmit={(house) => void task.run(() => backend.pairing.found(house))} />
      <details className="sign-in-else">
        <summary>{t('found.elsewhere')}</summary>
        <form className="sign-in-form" onSubmit={pair}>
          <TextField label={t('settings.address')} description={t('found.elsewhereHelp')} value={url} onChange={setUrl} autoComplete="off" />
          <button type="submit" className="button" disabled={other.busy}>
            {t('settings.connect')}
          </button>
        </form>
        <PairingSteps task={other} />
      </details>
    </Plain>
  );
}

const leaveTo = (hash: string): void => {
  closeDoor();
  history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
  location.reload();
};

/** Behind the link that a server without an organisation gives to whoever started it. */
export function FoundInBrowser({ token }: { readonly token: string }) {
  const task = useTask();
  const [made, setMade] = useState<string | null>(null);
  const found = (house: HouseFields): void => {
    const { path, success } = FOUNDING_HTTP.found;
    void task.run(
      () => exchange('POST', path, success, { ...house, token, device: { name: browserName(), kind: 'browser' } }),
      ({ organisation }) => setMade(organisation.name),
    );
  };
  if (made !== null) {
    return (
      <Plain title={t('found.done', { name: made })}>
        <p>{t('found.next')}</p>
        <p className="pair-ways">
          <button type="button" className="button button-main" autoFocus onClick={() => leaveTo('#/people')}>
            {t('found.account')}
          </button>
          <button type="button" className="button" onClick={() => leaveTo('#/day')}>
            {t('found.board')}
          </button>
        </p>
      </Plain>
    );
  }
  return (
    <Plain title={t('found.title')}>
      <p>{t('found.aboutBrowser')}</p>
      <FoundForm task={task} onSubmit={found} />
      <p className="sign-in-ways">
        <button type="button" className="link" onClick={() => leaveTo('#/day')}>
          {t('found.signIn')}
        </button>
      </p>
    </Plain>
  );
}
