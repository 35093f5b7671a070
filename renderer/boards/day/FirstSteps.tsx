import { useMay } from '../../app/access.ts';
import { useTables } from '../../app/selectors.ts';
import { isolated } from '../../components/format.ts';
import { t } from '../../i18n/index.ts';

/** True for a house that has just been set up: a board of zeros would say that something is wrong. */
export function useNothingYet(): boolean {
  const { weddings, bookings, payments, alerts } = useTables();
  return [weddings, bookings, payments, alerts].every((table) => Object.keys(table).length === 0);
}

/** What stands on the day board before there is any wedding: what comes next, and where. */
export function FirstSteps({ seq, name }: { readonly seq: number; readonly name: string }) {
  const mayIntegrate = useMay('http:integrations');
  const mayInvite = useMay('http:invite');
  const connected = Object.keys(useTables().connections).length;
  return (
    <div className="board" data-seq={seq}>
      <header className="board-head">
        <h1>{isolated(name)}</h1>
        <p className="board-about">{t('first.about')}</p>
      </header>
      <ol className="first-steps">
        {mayIntegrate ? (
          <li>
            <h2>{t('first.connect')}</h2>
            <p>{connected > 0 ? t('first.connected', { count: connected }) : t('first.connectHelp')}</p>
            <a className="button" href="#/integrations">
              {t('day.openIntegrations')}
            </a>
          </li>
        ) : null}
        {mayInvite ? (
          <li>
            <h2>{t('first.invite')}</h2>
            <p>{t('first.inviteHelp')}</p>
            <a className="button" href="#/people">
              {t('first.openPeople')}
            </a>
          </li>
        ) : null}
        <li>
          <h2>{t('first.wait')}</h2>
          <p>{t('first.waitHelp')}</p>
        </li>
      </ol>
    </div>
  );
}
