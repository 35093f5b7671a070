import { Checkbox, MultiSelect, Select } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { DIRECTIONS, PRIVACIES, STRATEGIES, type Calendar } from '../../core/contract/record/calendars.ts';
import type { CalendarLack } from '../../core/contract/systems.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { FormActs, FormDialog } from '../calendar/FormDialog.tsx';
import { useHouse } from '../calendar/useHouse.ts';
import { Choice } from '../components/Choice.tsx';
import { spanText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { choiceOf, saveCalendar, type CalendarChoice } from '../state/calendars.ts';
import { calendarName, writes } from './words.ts';
import { templateFault, TellingFields } from './TellingFields.tsx';
import { standingIn } from './written.ts';

const NOBODY = 'nobody';
const MINUTE_MS = 60_000;
/** Minutes before that are offered; others that stand there are offered too. */
const BEFORE = [10, 30, 60, 120, 1_440, 2_880, 10_080];
const MOST_REMINDERS = 5;

interface FormProps {
  readonly calendar: Calendar;
  /** What its entries cannot have over there; it is not asked for. */
  readonly lacks: readonly CalendarLack[];
  /** Who keeps the connection's key, where a computer does. */
  readonly kept: ReactNode;
  readonly onClose: () => void;
}

/** How a calendar takes part. Only what the chosen way asks for is asked; what is not shown stays as it was. */
export function CalendarForm({ calendar, lacks, kept, onClose }: FormProps) {
  const backend = useBackend();
  const tables = useTables();
  const house = useHouse();
  const now = useNow(60_000);
  // As it stood when the form was opened: what somebody else has changed meanwhile is told, not overwritten.
  const [was] = useState(calendar);
  const [choice, setChoice] = useState<CalendarChoice>(() => choiceOf(calendar));
  const change = (by: Partial<CalendarChoice>): void => setChoice({ ...choice, ...by });
  const [sheets, setSheets] = useState<boolean | null>(null);
  const { direction, privacy, strategy, resourceId, everyWedding, invite, reminders } = choice;
  const out = writes(choice);
  // Of a calendar that begins to be written: whoever works on the day, and the house itself, want the day as it is planned.
  const kind = resourceId === null ? undefined : tables.resources[resourceId]?.kind;
  const has = (what: CalendarLack): boolean => !lacks.includes(what);
  const runSheet = out ? has('runSheets') && (sheets ?? (writes(was) ? was.runSheet === true : everyWedding || kind === 'vendor' || kind === 'crew')) : was.runSheet === true;
  const mayNot = calendar.mayWrite === false ? t('calendars.readOnly') : null;
  const stands = useMemo(() => (out ? standingIn(house, tables.runSheetItems, { ...calendar, ...choice, runSheet }, now).length : 0), [out, house, tables.runSheetItems, calendar, choice, runSheet, now]);
  const resources = Object.values(tables.resources).filter(({ state, id }) => state === 'active' || id === resourceId).sort((a, b) => a.name.localeCompare(b.name));
  const aimless = direction !== 'none' && resourceId === null && !(out && everyWedding);

  return (
    <FormDialog title={calendarName(tables, calendar.id)} onClose={onClose}>
      <form
        className="cal-form"
        onSubmit={(event) => {
          event.preventDefault();
          void saveCalendar(backend, was, { ...choice, runSheet }).then((done) => {
            tellDecided(done, was.id);
            if (done.kind !== 'not_kept') onClose();
          });
        }}
      >
        <Select
          label={t('calendars.way')} description={t(`calendars.directionHelp.${direction}`)} value={direction} allowDeselect={false} data-autofocus
          data={DIRECTIONS.map((value) => ({ value, label: t(`calendars.direction.${value}`), disabled: mayNot !== null && value !== was.direction && writes({ direction: value }) }))}
          onChange={(value) => change({ direction: DIRECTIONS.find((one) => one === value) ?? direction })}
        />
        {mayNot === null ? null : <p className="calendar-note">{mayNot}</p>}
        {out && mayNot === null ? kept : null}
        {direction === 'none' ? null : (
          <Choice
            label={t('calendars.whose')} description={t('calendars.whoseHelp')} value={resourceId ?? NOBODY} onChange={(value) => change({ resourceId: value === NOBODY ? null : value })}
            choices={[{ value: NOBODY, label: t('calendars.nobody') }, ...resources.map(({ id, name }) => ({ value: id, label: name }))]}
          />
        )}
        {out ? (
          <>
            <Checkbox label={t('calendars.everyWedding')} checked={everyWedding} onChange={(event) => change({ everyWedding: event.currentTarget.checked })} />
            {has('runSheets') ? <Checkbox label={t('calendars.runSheet')} description={t('calendars.runSheetHelp')} checked={runSheet} onChange={(event) => setSheets(event.currentTarget.checked)} /> : null}
            <Select label={t('calendars.privacy')} data={PRIVACIES.map((value) => ({ value, label: t(`calendars.privacyOf.${value}`) }))} value={privacy} allowDeselect={false} onChange={(value) => change({ privacy: PRIVACIES.find((one) => one === value) ?? privacy })} />
            {direction === 'bidirectional' ? (
              <Select
                label={t('calendars.strategy')} description={t(`calendars.strategyHelp.${strategy}`)} value={strategy} allowDeselect={false}
                data={STRATEGIES.map((value) => ({ value, label: t(`calendars.strategyOf.${value}`) }))} onChange={(value) => change({ strategy: STRATEGIES.find((one) => one === value) ?? strategy })}
              />
            ) : null}
            {has('reminders') ? (
              <MultiSelect
                label={t('calendars.reminders')} value={reminders.map(String)} maxValues={MOST_REMINDERS} {...(reminders.length === 0 ? { placeholder: t('calendars.noReminders') } : {})}
                data={[...new Set([...BEFORE, ...was.reminders])].sort((a, b) => a - b).map((minutes) => ({ value: String(minutes), label: t('calendars.before', { span: spanText(minutes * MINUTE_MS) }) }))}
                onChange={(some) => change({ reminders: some.map(Number).sort((a, b) => a - b) })}
              />
            ) : null}
            <TellingFields calendar={{ ...calendar, ...choice, runSheet }} category={has('category')} now={now} onChange={change} />
            {has('invitations') ? <Checkbox label={t('calendars.invite')} description={t('calendars.inviteHelp')} checked={invite} disabled={privacy !== 'full' && !invite} onChange={(event) => change({ invite: event.currentTarget.checked })} /> : null}
            {lacks.length === 0 ? null : <p className="dim">{t('calendars.lacks', { what: lacks.map((what) => t(`calendars.lack.${what}`)).join(', ') })}</p>}
          </>
        ) : null}
        <p role="status" className={aimless ? 'calendar-note' : 'dim'}>
          {aimless ? t('calendars.needsWhose') : out ? t('calendars.willStand', { count: stands }) : writes(was) ? t('calendars.willLeave') : ''}
        </p>
        <FormActs onClose={onClose} refused={out && (templateFault(choice.titleTemplate) ?? templateFault(choice.descriptionTemplate)) !== null} />
      </form>
    </FormDialog>
  );
}
