import { useQuery, useQueryClient } from '@tanstack/react-query';
import { systemName, useTables } from '../app/selectors.ts';
import { ConnectionCalendars } from '../calendars/ConnectionCalendars.tsx';
import { ReadingLine } from '../calendars/ReadingLine.tsx';
import { countText } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { Quiet } from '../components/Quiet.tsx';
import { HealthMark } from '../components/Severity.tsx';
import { ConnectionFigures } from '../figures/ConnectionFigures.tsx';
import { ConnectionDeliveries } from '../deliveries/ConnectionDeliveries.tsx';
import { t, tMaybe } from '../i18n/index.ts';
import { useIntegrations } from '../integrations/queries.ts';
import { useConsole } from '../state/store.ts';
import { useSetup, useSystem } from '../connecting/queries.ts';
import { hasKey } from '../connecting/keeping.ts';
import { ConnectionActions } from './ConnectionActions.tsx';
import { RemoveConnection } from './RemoveConnection.tsx';
import { KeptAt } from './KeptAt.tsx';
import { ConnectionSetup } from './ConnectionSetup.tsx';
import { alertsAbout } from './links.ts';
import { Details, Missing } from './parts.tsx';

/** Its system is gone or broken, or its secrets do not open; a server that is not there is no such thing. */
const isBroken = (error: Error | null): boolean => error !== null && ['connect.system_gone', 'request.not_found', 'secrets.unavailable', 'internal'].includes(error.message);

export function ConnectionDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const queries = useQueryClient();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const integrations = useQuery(useIntegrations());
  const connection = tables.connections[id];
  const system = useQuery({ ...useSystem(connection?.system ?? ''), enabled: connection !== undefined });
  const asked = useQuery({ ...useSetup(id), enabled: connection !== undefined });
  const face = system.data;
  const setup = asked.data;
  if (!connection) return <Missing />;
  const view = integrations.data?.integrations.find((each) => each.connection.id === id);
  const counts = view?.last24h;
  return (
    <Details
      kind={t('inspector.kind.connection')}
      title={connection.name}
      state={<HealthMark health={connection.health} reason={connection.healthReason} />}
      lead={connection.healthReason ? (tMaybe(`errors.${connection.healthReason}`) ?? connection.healthReason) : connection.quiet ? <Quiet quiet={connection.quiet} long /> : undefined}
      facts={[
        { label: t('facts.system'), value: face?.name ?? systemName(connection.system, tables.connections) },
        { label: t('facts.path'), value: t(`path.${connection.path}`) },
        ...(face && setup && hasKey(face, connection.path) ? [{ label: t('facts.keyKept'), value: <KeptAt keeper={setup.keeper} zone={zone} /> }] : []),
        { label: t('facts.since'), value: <Moment at={connection.healthSince} zone={zone} /> },
        { label: t('facts.lastDelivery'), value: view?.lastDeliveryAt ? <Moment at={view.lastDeliveryAt} zone={zone} /> : t('integrations.never') },
        ...(counts ? [{ label: t('facts.last24h'), value: <span className="num">{t('integrations.counts', Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, countText(count)])))}</span> }] : []),
      ]}
      row={connection}
      collection="connections"
      zone={zone}
      actions={
        face && setup ? (
          <ConnectionActions key={id} connection={connection} face={face} setup={setup} />
        ) : isBroken(system.error) || isBroken(asked.error) ? (
          // Nothing else can be done with it.
          <RemoveConnection key={id} connection={connection} />
        ) : undefined
      }
      related={alertsAbout(tables, 'connections', id)}
    >
      <ReadingLine connection={connection} />
      <ConnectionCalendars connection={connection} face={face ?? null} setup={setup ?? null} zone={zone} onLeave={() => void queries.invalidateQueries({ queryKey: ['setup', id] })} />
      {face && setup ? <ConnectionSetup connection={connection} face={face} setup={setup} /> : null}
      <ConnectionFigures id={id} zone={zone} />
      <ConnectionDeliveries id={id} zone={zone} />
    </Details>
  );
}
