import { Checkbox, MultiSelect, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Limit } from '../../core/contract/record/taking.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { dotted, isolated, LOCALE, spanText } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { newId } from '../state/ids.ts';
import { saveLimit } from '../state/taking.ts';
import { CountField, listed, missingText } from './fields.tsx';
import { FormActs, FormDialog } from './FormDialog.tsx';
import { setHolding } from './holding.ts';

const KINDS = ['not_within', 'at_most', 'at_most_a_day', 'rest'] as const;
type Kind = (typeof KINDS)[number];
const WHO = ['owner', 'coordinator'] as const;
const MINUTE_MS = 60_000;
/** The longest that the contract takes, in minutes. */
const MOST: Readonly<Record<Exclude<Kind, 'not_within'>, number>> = { at_most: 7 * 1_440, at_most_a_day: 1_440, rest: 2 * 1_440 };
/** A Monday; days of the week are named from it. */
const MONDAY = Date.UTC(2024, 0, 1);
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', timeZone: 'UTC' });
const dayWord = (number: number): string => weekday.format(MONDAY + (number - 1) * 86_400_000);

export function ruleText({ rule }: Pick<Limit, 'rule'>): string {
  if (rule.kind !== 'not_within') return t(`calendar.rule.${rule.kind}`, { span: spanText(rule.ms) });
  return t('calendar.rule.not_within', { from: rule.from, to: rule.to, days: rule.weekdays.length === 7 ? t('calendar.rule.everyDay') : [...rule.weekdays].sort().map(dayWord).join(', ') });
}

/** What the house is bound by, and a way to each. */
export function LimitList({ onClose }: { readonly onClose: () => void }) {
  const { limits, resources } = useTables();
  const all = Object.values(limits).sort((a, b) => a.state.localeCompare(b.state) || a.name.localeCompare(b.name));
  return (
    <FormDialog title={t('calendar.limits')} onClose={onClose}>
      <p>{t('calendar.limitsHelp')}</p>
      {all.length === 0 ? <p className="dim">{t('calendar.noLimits')}</p> : null}
      <ul className="cal-limits">
        {all.map((limit) => (
          <li key={limit.id}>
            <span>
              <bdi className="cal-who">{limit.name}</bdi>
              <span className="row-sub">
                {dotted([ruleText(limit), limit.tags?.join(', '), limit.resourceIds?.map((id) => resources[id]?.name ?? t('conflicts.unknownResource')).join(', ') ?? t('calendar.everywhere'), limit.state === 'retired' && t('calendar.retired')])}
              </span>
            </span>
            <button type="button" className="button" aria-label={t('calendar.form.editLimitOf', { name: isolated(limit.name) })} onClick={() => setHolding({ dialog: { kind: 'limit', id: limit.id } })}>
              {t('calendar.act.edit')}
            </button>
          </li>
        ))}
      </ul>
      <div className="dialog-acts">
        <button type="button" className="button button-main" onClick={() => setHolding({ dialog: { kind: 'limit', id: null } })}>
          {t('calendar.form.newLimit')}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {t('account.close')}
        </button>
      </div>
    </FormDialog>
  );
}

export function LimitForm({ id, onClose }: { readonly id: string | null; readonly onClose: () => void }) {
  const backend = useBackend();
  const { limits, resources } = useTables();
  const [was] = useState<Limit | null>(() => (id === null ? null : (limits[id] ?? null)));
  const [name, setName] = useState(was?.name ?? '');
  const [kind, setKind] = useState<Kind>(was?.rule.kind ?? 'not_within');
  const window = was?.rule.kind === 'not_within' ? was.rule : null;
  const [weekdays, setWeekdays] = useState<string[]>((window?.weekdays ?? [1, 2, 3, 4, 5, 6, 7]).map(String));
  const [from, setFrom] = useState(window?.from ?? '23:00');
  const [to, setTo] = useState(window?.to ?? '07:00');
  const [minutes, setMinutes] = useState<number | null>(was && was.rule.kind !== 'not_within' ? Math.round(was.rule.ms / MINUTE_MS) : 480);
  const [resourceIds, setResourceIds] = useState<string[]>([...(was?.resourceIds ?? [])]);
  const [tags, setTags] = useState((was?.tags ?? []).join(', '));
  const [by, setBy] = useState<string[]>([...(was?.overridableBy ?? [])]);
  const [retired, setRetired] = useState(was?.state === 'retired');
  const [tried, setTried] = useState(false);
  const isMissing = name.trim() === '' || (kind === 'not_within' ? weekdays.length === 0 || from === '' || to === '' : minutes === null || minutes < 1);

  return (
    <FormDialog title={t(was ? 'calendar.form.editLimit' : 'calendar.form.newLimit')} onClose={onClose}>
      <form
        className="cal-form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (isMissing) return;
          const limitId = id ?? newId();
          const rule: Limit['rule'] = kind === 'not_within' ? { kind, weekdays: weekdays.map(Number).sort(), from, to } : { kind, ms: (minutes ?? 1) * MINUTE_MS };
          const words = listed(tags);
          void saveLimit(backend, { limitId, basedOnVersion: was?.version ?? null, name: name.trim(), rule, resourceIds: resourceIds.length === 0 ? null : resourceIds, tags: words.length === 0 ? null : words, overridableBy: WHO.filter((who) => by.includes(who)), state: retired ? 'retired' : 'active' }).then((done) => {
            tellDecided(done, limitId);
            if (done.kind !== 'not_kept') onClose();
          });
        }}
      >
        <TextInput label={t('calendar.form.limitName')} placeholder={t('calendar.form.limitExample')} value={name} maxLength={200} autoComplete="off" data-autofocus error={missingText(tried, name.trim() === '')} onChange={(event) => setName(event.currentTarget.value)} />
        <Select label={t('calendar.form.rule')} data={KINDS.map((value) => ({ value, label: t(`calendar.ruleKind.${value}`) }))} value={kind} allowDeselect={false} onChange={(value) => setKind(KINDS.find((one) => one === value) ?? kind)} />
        {kind === 'not_within' ? (
          <>
            <Checkbox.Group label={t('calendar.form.weekdays')} value={weekdays} onChange={setWeekdays} error={missingText(tried, weekdays.length === 0)}>
              <div className="cal-checks">
                {[1, 2, 3, 4, 5, 6, 7].map((day) => (
                  <Checkbox key={day} value={String(day)} label={dayWord(day)} />
                ))}
              </div>
            </Checkbox.Group>
            <div className="cal-form-pair">
              <TextInput type="time" label={t('calendar.form.from')} value={from} error={missingText(tried, from === '')} onChange={(event) => setFrom(event.currentTarget.value)} />
              <TextInput type="time" label={t('calendar.form.to')} description={t('calendar.form.overnight')} value={to} error={missingText(tried, to === '')} onChange={(event) => setTo(event.currentTarget.value)} />
            </div>
          </>
        ) : (
          <CountField label={t('calendar.form.minutes')} value={minutes} min={1} max={MOST[kind]} error={missingText(tried, minutes === null)} onChange={setMinutes} />
        )}
        <MultiSelect label={t('calendar.form.limitResources')} description={t('calendar.form.limitResourcesHelp')} data={Object.values(resources).filter(({ state }) => state === 'active').map((row) => ({ value: row.id, label: row.name }))} value={resourceIds} onChange={setResourceIds} searchable nothingFoundMessage={t('found.nothing')} />
        <TextInput label={t('calendar.form.limitTags')} description={t('calendar.form.limitTagsHelp')} value={tags} autoComplete="off" onChange={(event) => setTags(event.currentTarget.value)} />
        <Checkbox.Group label={t('calendar.form.overridable')} description={t('calendar.form.overridableHelp')} value={by} onChange={setBy}>
          <div className="cal-checks">
            {WHO.map((who) => (
              <Checkbox key={who} value={who} label={t(`roles.${who}`)} />
            ))}
          </div>
        </Checkbox.Group>
        {was ? <Checkbox label={t('calendar.form.limitRetired')} checked={retired} onChange={(event) => setRetired(event.currentTarget.checked)} /> : null}
        <FormActs onClose={onClose} />
      </form>
    </FormDialog>
  );
}
