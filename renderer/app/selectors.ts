import { useMemo } from 'react';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Wedding } from '../../core/contract/record/day.ts';
import { dayWeddings } from '../../core/domain/day/weddings.ts';
import { emptyTables, type Tables } from '../../core/domain/record/state.ts';
import { useNow } from '../components/useNow.ts';
import { tMaybe } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { useRoute } from './routes.ts';

const NO_TABLES = emptyTables();
export const useTables = (): Tables => useConsole((state) => state.record?.tables ?? NO_TABLES);

/** Lists change by the minute, not by the second; only ages and countdowns tick faster. */
export const LIST_STEP_MS = 10_000;

export function useDayWeddings() {
  const weddings = useTables().weddings;
  const now = useNow(LIST_STEP_MS);
  return useMemo(() => dayWeddings(Object.values(weddings), now), [weddings, now]);
}

export interface Scope {
  /** Null = all of today's. */
  readonly weddingId: string | null;
  readonly weddings: ReadonlyMap<string, Wedding>;
  readonly zone: string;
}

/** What the board is about: the wedding in the address, or all of today's. */
export function useScope(): Scope {
  const { place } = useRoute();
  const tables = useTables();
  const { today } = useDayWeddings();
  const organisationZone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const named = place.view === 'day' ? place.weddingId : null;
  const wedding = named ? tables.weddings[named] : undefined;
  return useMemo(
    () =>
      wedding
        ? { weddingId: wedding.id, weddings: new Map([[wedding.id, wedding]]), zone: wedding.zone }
        : { weddingId: null, weddings: new Map(today.map((entry) => [entry.wedding.id, entry.wedding])), zone: organisationZone },
    [wedding, today, organisationZone],
  );
}

/** A system's name for people: from the catalogue of words, else the connection's own, else its id. */
export const systemName = (system: string, connections: Readonly<Record<string, Connection>>): string =>
  tMaybe(`systems.${system}`) ?? Object.values(connections).find((connection) => connection.system === system)?.name ?? system;
