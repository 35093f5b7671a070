import { useQuery } from '@tanstack/react-query';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Removal } from '../../core/contract/systems.ts';
import { Failed, SureButton, Unfold } from '../accounts/fields.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { isolated } from '../components/format.ts';
import { useRemoval } from '../connecting/queries.ts';
import { errorWords, t } from '../i18n/index.ts';

interface Sentences {
  readonly goes: readonly string[];
  readonly stays: readonly string[];
}

/** One sentence each, and only what is so of this connection. */
function sentences({ addresses, secrets, keptBy, called, rows, written, deliveries, parked }: Removal, name: string): Sentences {
  return {
    goes: [
      ...(secrets > 0 ? [keptBy === null ? t('removal.secrets', { count: secrets }) : t('removal.secretsKept', { computer: isolated(keptBy) })] : []),
      ...addresses.map((one) => t(`removal.address.${one}`)),
      ...(called ? [t('removal.called', { name: isolated(name) })] : []),
    ],
    stays: [
      t('removal.rows', { count: rows }),
      t('removal.deliveries', { count: deliveries }),
      ...(written > 0 ? [t('removal.written', { count: written })] : []),
      ...(parked > 0 ? [t('removal.parked', { count: parked })] : []),
    ],
  };
}

interface Looked {
  readonly connection: Connection;
  readonly removal: Removal;
  readonly onStale: () => void;
}

function Preview({ connection, removal, onStale }: Looked) {
  const backend = useBackend();
  const task = useTask();
  const { goes, stays } = sentences(removal, connection.name);
  const { waiting, held, refused } = removal.unfinished;
  const unfinished = waiting + held + refused;
  const kinds = ([['waiting', waiting], ['held', held], ['refused', refused]] as const).filter(([, count]) => count > 0);
  const stopped = connection.health === 'paused' || connection.health === 'disabled';
  const remove = (): void =>
    void task.run(async () => {
      const answer = await backend.systems.remove(connection.id, unfinished > 0 ? { unfinished: 'throw_away' } : {});
      // Something has come in since this was shown: the numbers are asked for again.
      if (!answer.ok) onStale();
      return answer;
    });
  return (
    <div className="unfolded" role="group" aria-label={t('removal.title', { name: isolated(connection.name) })}>
      {removal.untold?.map((code) => (
        <p key={code} className="dim">{t(`removal.untold.${code === 'connect.system_gone' ? 'connect_system_gone' : 'secrets_unavailable'}`)}</p>
      ))}
      {goes.length > 0 ? (
        <>
          <p>{t('removal.goes')}</p>
          <ul className="connect-details">{goes.map((one) => <li key={one}>{one}</li>)}</ul>
        </>
      ) : null}
      <p>{t('removal.stays')}</p>
      <ul className="connect-details">{stays.map((one) => <li key={one}>{one}</li>)}</ul>
      {unfinished > 0 ? (
        <>
          <p>{t('removal.unfinished', { count: unfinished })}</p>
          <ul className="connect-details">
            {kinds.map(([kind, count]) => (
              <li key={kind}>{t(`removal.kind.${kind}`, { count })}</li>
            ))}
          </ul>
          <p className="dim">{t(stopped ? 'removal.firstResume' : 'removal.firstReview')}</p>
        </>
      ) : null}
      <p className="dim">{t('removal.overThere', { name: isolated(connection.name) })}</p>
      <p className="dim">{t('removal.forGood')}</p>
      <Failed words={task.failed} />
      <SureButton label={t(unfinished > 0 ? 'removal.throwAway' : 'removal.remove')} sure={t('removal.sure')} disabled={task.busy} onSure={remove} />
    </div>
  );
}

function Asked({ connection }: { readonly connection: Connection }) {
  const asked = useQuery(useRemoval(connection));
  if (asked.data) return <Preview connection={connection} removal={asked.data} onStale={() => void asked.refetch()} />;
  return asked.error ? <Failed words={errorWords(asked.error.message)} /> : <p className="dim">{t('removal.asking')}</p>;
}

/** Says first what is deleted and what stays. That it is gone is told by the record, here and in every other window. */
export function RemoveConnection({ connection }: { readonly connection: Connection }) {
  return useMay('http:removeConnection') ? <Unfold label={t('removal.open')}>{() => <Asked connection={connection} />}</Unfold> : null;
}
