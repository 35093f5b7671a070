import { isActionsGroup, type SpotlightActionData, type SpotlightActionGroupData, type SpotlightFilterFunction } from '@mantine/spotlight';
import { IconBell, IconCalendarEvent, IconCalendarTime, IconCreditCard, IconFileText, IconHeart, IconListCheck, IconMessage, IconUser } from '@tabler/icons-react';
import { useCallback, useEffect } from 'react';
import type { Tables } from '../../core/domain/record/state.ts';
import type { Searched } from '../../core/domain/search/entries.ts';
import { saidAt } from '../../core/domain/messages/messages.ts';
import { matchWord } from '../../core/domain/search/match.ts';
import { queryWords, wordsOf } from '../../core/domain/search/words.ts';
import { dayText, dotted, isolated, momentText, moneyText, timeText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { severityWord } from '../components/Severity.tsx';
import { t } from '../i18n/index.ts';
import { prepareSearch, searchRecord } from '../state/search.ts';
import { useConsole } from '../state/store.ts';
import { gistText, wayText, withWhom } from './messageText.ts';
import { go, type Route } from './routes.ts';
import { useDayWeddings, useTables } from './selectors.ts';

/** So many of each kind are shown; more letters find the rest. */
const SHOWN = 6;
const ICONS = { weddings: IconHeart, runSheetItems: IconListCheck, contacts: IconUser, bookings: IconCalendarEvent, payments: IconCreditCard, messages: IconMessage, documents: IconFileText, calendarEvents: IconCalendarTime, alerts: IconBell } as const;
const SELECTS = { weddings: 'about', runSheetItems: 'item', contacts: 'contact', bookings: 'booking', payments: 'payment', messages: 'message', documents: 'document', calendarEvents: 'entry', alerts: 'alert' } as const;

interface Shown {
  readonly label: string;
  /** What else is known of it, as far as there is room. */
  readonly facts: readonly (string | null)[];
  readonly weddingId: string | null;
}

function shown(tables: Tables, kind: Searched, id: string, zone: string): Shown | null {
  const zoneOf = (weddingId: string | null): string => (weddingId === null ? undefined : tables.weddings[weddingId]?.zone) ?? zone;
  switch (kind) {
    case 'weddings': {
      const row = tables.weddings[id];
      return row ? { label: row.title, facts: [dayText(row.startsAt, row.zone), row.room, t(`weddingStatus.${row.status}`)], weddingId: id } : null;
    }
    case 'runSheetItems': {
      const row = tables.runSheetItems[id];
      return row ? { label: row.title, facts: [timeText(row.startsAt, zoneOf(row.weddingId)), row.place], weddingId: row.weddingId } : null;
    }
    case 'contacts': {
      const row = tables.contacts[id];
      return row ? { label: row.name, facts: [t(`contactRoles.${row.role}`), row.company, row.phone, row.email], weddingId: row.weddingId } : null;
    }
    case 'bookings': {
      const row = tables.bookings[id];
      const at = row?.callTime ?? row?.startsAt ?? null;
      return row ? { label: row.vendorName ?? row.title, facts: [t(`trades.${row.trade}`), at === null ? null : `${dayText(at, zoneOf(row.weddingId))} ${timeText(at, zoneOf(row.weddingId))}`], weddingId: row.weddingId } : null;
    }
    case 'payments': {
      const row = tables.payments[id];
      return row ? { label: `${moneyText(row.amountMinor, row.currency)} ${row.payerName === null ? '' : isolated(row.payerName)}`, facts: [t(`paymentStatus.${row.status}`), row.description], weddingId: row.weddingId } : null;
    }
    case 'messages': {
      const row = tables.messages[id];
      return row ? { label: withWhom(tables, row), facts: [wayText(row), momentText(saidAt(row), zoneOf(row.weddingId), Date.now()), gistText(row)], weddingId: row.weddingId } : null;
    }
    case 'documents': {
      const row = tables.documents[id];
      return row ? { label: row.title, facts: [t(`documentKinds.${row.kind}`), t(`documentStatus.${row.status}`)], weddingId: row.weddingId } : null;
    }
    case 'calendarEvents': {
      const row = tables.calendarEvents[id];
      const own = zoneOf(row?.weddingId ?? null);
      return row ? { label: row.title, facts: [`${dayText(row.startsAt, own)} ${row.allDay ? t('calendarEntry.allDay') : timeText(row.startsAt, own)}`, row.place, row.calendar], weddingId: row.weddingId } : null;
    }
    case 'alerts': {
      const row = tables.alerts[id];
      return row ? { label: row.title, facts: [severityWord(row.severity)], weddingId: row.weddingId } : null;
    }
  }
}

/** A command by the beginnings of its words. */
const names = (action: SpotlightActionData, words: readonly string[]): boolean => {
  const own = wordsOf(action.label ?? '');
  return words.every((wanted) => own.some((word) => matchWord(word, wanted) >= 2));
};
/** What the search finds better itself. */
const isRow = ({ id }: SpotlightActionData): boolean => id.startsWith('wedding-') || id.startsWith('open-');
/** Decisions come after what was found: Enter must not make one by accident. */
const isDecision = ({ id }: SpotlightActionData): boolean => id.startsWith('ack-');

/** Where the record was last known to be true, while nobody can be asked; null = it is live. */
export function useAsOf(): string | null {
  const link = useConsole((state) => state.link);
  const savedAt = useConsole((state) => state.savedAt);
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const now = useNow(60_000);
  if (link?.state === 'live' || link?.state === 'catching_up') return null;
  const at = link?.confirmedAt ?? savedAt;
  return at === null ? null : momentText(at, zone, now);
}

/** What the palette shows for what is typed: places by name, everything this machine holds, then decisions. */
export function useSearch(): SpotlightFilterFunction {
  const tables = useTables();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const { today } = useDayWeddings();
  useEffect(() => prepareSearch(tables, zone), [tables, zone]);

  return useCallback(
    (query, given) => {
      const words = queryWords(query);
      if (words.length === 0) return given;
      const commands = given.flatMap((one) => (isActionsGroup(one) ? one.actions : [one])).filter((action) => !isRow(action) && names(action, words));
      const found = searchRecord(tables, zone, { text: query, today: new Set(today.map(({ wedding }) => wedding.id)), now: Date.now(), limit: SHOWN });
      const groups = found.map(({ kind: name, hits, total }): SpotlightActionGroupData => {
        const kind = name as Searched;
        const Icon = ICONS[kind];
        const words = t(`palette.kinds.${kind}`);
        return {
          group: total > hits.length ? t('palette.of', { kind: words, shown: hits.length, total }) : words,
          actions: hits.flatMap(({ id }) => {
            const row = shown(tables, kind, id, zone);
            if (!row) return [];
            const wedding = kind === 'weddings' || row.weddingId === null ? undefined : tables.weddings[row.weddingId];
            const board = { view: 'day', weddingId: row.weddingId, alertId: kind === 'alerts' ? id : null } as const;
            const route: Route = { place: kind === 'messages' ? { view: 'messages', channel: null, weddingId: null } : board, selected: { kind: SELECTS[kind], id } };
            return [{ id: `found-${kind}-${id}`, label: isolated(row.label), description: dotted([...row.facts, wedding?.title]), leftSection: <Icon size={18} stroke={1.5} aria-hidden />, onClick: () => go(route) }];
          }),
        };
      });
      const group = (title: string, actions: SpotlightActionData[]): SpotlightActionGroupData[] => (actions.length > 0 ? [{ group: title, actions }] : []);
      return [...group(t('palette.commands'), commands.filter((action) => !isDecision(action))), ...groups, ...group(t('palette.alerts'), commands.filter(isDecision))];
    },
    [tables, zone, today],
  );
}
