import { Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { PLACEHOLDERS, unknownPlaceholder, WRITTEN_KINDS } from '../../core/contract/record/entryTemplates.ts';
import { TRADES } from '../../core/contract/record/trade.ts';
import type { Calendar } from '../../core/contract/record/calendars.ts';
import { useTables } from '../app/selectors.ts';
import { useHouse } from '../calendar/useHouse.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import type { CalendarChoice } from '../state/calendars.ts';
import { previewOf } from './preview.ts';

const NO_ROLE = 'none';
const MOST = { title: 300, description: 2_000, category: 60 };

interface Props {
  /** As it would be saved. */
  readonly calendar: Calendar;
  /** Its entries may have one over there. */
  readonly category: boolean;
  readonly now: number;
  readonly onChange: (by: Partial<CalendarChoice>) => void;
}

/** Why a template cannot be saved; null = it can. */
export function templateFault(template: string | null | undefined): string | null {
  const unknown = unknownPlaceholder(template ?? '');
  return unknown === null ? null : t('telling.unknown', { name: isolated(`{${unknown}}`) });
}

/** Which part its owner plays, which kinds are written, and in whose words. */
export function TellingFields({ calendar, category, now, onChange }: Props) {
  const { role, categories, titleTemplate, descriptionTemplate, categoryWord, privacy } = calendar;
  const kinds = categories ?? WRITTEN_KINDS;
  const full = privacy === 'full';
  const told = [role, categories, titleTemplate, descriptionTemplate, categoryWord].some((one) => one !== null && one !== undefined && one.length > 0);
  const text = (given: string): string | null => (given === '' ? null : given);
  const names = PLACEHOLDERS.map((name) => `{${name}}`).join(' ');
  const faults = { title: templateFault(titleTemplate), description: templateFault(descriptionTemplate) };
  return (
    <details className="calendar-telling" open={told || undefined}>
      <summary>{t('telling.title')}</summary>
      <Select
        label={t('telling.role')} description={t('telling.roleHelp')} value={role ?? NO_ROLE} allowDeselect={false}
        data={[{ value: NO_ROLE, label: t('telling.noRole') }, ...TRADES.map((value) => ({ value, label: t(`trades.${value}`) }))]}
        onChange={(value) => onChange({ role: TRADES.find((one) => one === value) ?? null })}
      />
      <Checkbox.Group
        label={t('telling.kinds')} value={[...kinds]}
        onChange={(some) => {
          const chosen = WRITTEN_KINDS.filter((kind) => some.includes(kind));
          onChange({ categories: chosen.length === WRITTEN_KINDS.length ? null : chosen });
        }}
      >
        <div className="cal-checks">{WRITTEN_KINDS.map((kind) => <Checkbox key={kind} value={kind} label={t(`telling.kind.${kind}`)} />)}</div>
      </Checkbox.Group>
      <TextInput
        label={t('telling.titleTemplate')} description={full ? t('telling.help', { names }) : t('telling.fullOnly')} disabled={!full} maxLength={MOST.title}
        value={titleTemplate ?? ''} error={faults.title} onChange={(event) => onChange({ titleTemplate: text(event.currentTarget.value) })}
      />
      <Textarea
        label={t('telling.descriptionTemplate')} description={full ? t('telling.descriptionHelp') : null} disabled={!full} maxLength={MOST.description} autosize minRows={2} maxRows={6}
        value={descriptionTemplate ?? ''} error={faults.description} onChange={(event) => onChange({ descriptionTemplate: text(event.currentTarget.value) })}
      />
      {category ? (
        <TextInput
          label={t('telling.category')} description={t('telling.categoryHelp')} maxLength={MOST.category} value={categoryWord ?? ''}
          // Once there was one, an empty field takes it out again.
          onChange={(event) => onChange({ categoryWord: event.currentTarget.value })}
        />
      ) : null}
      <Preview calendar={calendar} now={now} />
    </details>
  );
}

/** The next thing that would stand there, as it would be told. */
function Preview({ calendar, now }: { readonly calendar: Calendar; readonly now: number }) {
  const house = useHouse();
  const tables = useTables();
  const told = useMemo(() => previewOf(house, tables, calendar, now), [house, tables, calendar, now]);
  return (
    <div className="telling-preview" role="group" aria-label={t('telling.preview')}>
      <span className="dim">{t('telling.preview')}</span>
      {told === null ? <p className="dim">{t('calendars.willStand', { count: 0 })}</p> : (
        <>
          <p className="telling-title"><bdi>{told.title}</bdi></p>
          {told.description === '' ? null : <p className="telling-says"><bdi>{told.description}</bdi></p>}
        </>
      )}
    </div>
  );
}
