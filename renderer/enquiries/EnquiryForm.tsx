import { Checkbox, NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { EnquirySettings, type EnquiryPageAnswer } from '../../core/contract/enquiries.ts';
import { Failed } from '../accounts/fields.tsx';
import { useTask } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { useTables } from '../app/selectors.ts';
import { t } from '../i18n/index.ts';

interface FormProps {
  readonly page: EnquiryPageAnswer;
  readonly onSaved: (page: EnquiryPageAnswer) => void;
  /** Somebody else was first: what stands now is wanted. */
  readonly onStale: () => void;
}

/** While somebody types, a number may be none for a moment. */
type Draft = Omit<EnquirySettings, 'monthsAhead' | 'holdDays'> & { readonly monthsAhead: number | string; readonly holdDays: number | string };
const WALL = /^([01]\d|2[0-3]):[0-5]\d$/;
const WHOLE = { allowDecimal: false, allowNegative: false } as const;

/** `14:00`, on the clocks of the venue. */
function Wall({ label, value, onChange }: { readonly label: string; readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <TextInput
      type="time" label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)} required withAsterisk={false}
    />
  );
}

/** What the page offers, and for how long a day is held. */
export function EnquiryForm({ page, onSaved, onStale }: FormProps) {
  const backend = useBackend();
  const tables = useTables();
  const task = useTask();
  const [draft, setDraft] = useState<Draft>(page.settings);
  /** Of what was read or saved here; what another one has saved since is not overwritten unseen. */
  const [base, setBase] = useState(page.version);
  const [saved, setSaved] = useState(false);
  const set = (fields: Partial<Draft>): void => {
    setDraft({ ...draft, ...fields });
    setSaved(false);
  };
  const rooms = Object.values(tables.resources)
    .filter(({ kind, state }) => kind === 'room' && state === 'active')
    .sort((a, b) => a.name.localeCompare(b.name));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!WALL.test(draft.from) || !WALL.test(draft.to)) return task.fail(t('enquiries.wrongHours'));
    // In the order in which they stand here; a room that is out of use goes.
    const settings = EnquirySettings.safeParse({ ...draft, roomIds: rooms.flatMap(({ id }) => (draft.roomIds.includes(id) ? [id] : [])) });
    if (!settings.success) return task.fail(t('enquiries.wrongNumbers'));
    void task.run(async () => {
      const answer = await backend.enquiries.save({ basedOnVersion: base, settings: settings.data });
      if (!answer.ok && answer.error.code === 'enquiry.changed_meanwhile') onStale();
      return answer;
    }, (next) => {
      setSaved(true);
      setBase(next.version);
      setDraft(next.settings);
      onSaved(next);
    });
  };
  return (
    <form className="enquiry-form" aria-label={t('enquiries.title')} onSubmit={submit}>
      <Switch
        label={t('enquiries.isOpen')} description={t('enquiries.isOpenHelp')}
        checked={draft.open} onChange={(event) => set({ open: event.currentTarget.checked })}
      />
      <fieldset>
        <legend>{t('enquiries.rooms')}</legend>
        {rooms.length === 0 ? <p className="dim">{t('enquiries.noRooms')}</p> : null}
        {rooms.map(({ id, name }) => (
          <Checkbox
            key={id} label={<bdi>{name}</bdi>} checked={draft.roomIds.includes(id)}
            onChange={(event) => set({ roomIds: event.currentTarget.checked ? [...draft.roomIds, id] : draft.roomIds.filter((one) => one !== id) })}
          />
        ))}
      </fieldset>
      <div className="enquiry-pair">
        <Wall label={t('enquiries.from')} value={draft.from} onChange={(from) => set({ from })} />
        <Wall label={t('enquiries.to')} value={draft.to} onChange={(to) => set({ to })} />
      </div>
      <p className="dim">{t('enquiries.hoursHelp')}</p>
      <div className="enquiry-pair">
        <NumberInput
          {...WHOLE} label={t('enquiries.monthsAhead')} min={1} max={36}
          value={draft.monthsAhead} onChange={(monthsAhead) => set({ monthsAhead })}
        />
        <NumberInput {...WHOLE} label={t('enquiries.holdDays')} min={0} max={60} value={draft.holdDays} onChange={(holdDays) => set({ holdDays })} />
      </div>
      <p className="dim">{t('enquiries.holdDaysHelp')}</p>
      <Switch
        label={t('enquiries.showDays')} description={t('enquiries.showDaysHelp')}
        checked={draft.showDays} onChange={(event) => set({ showDays: event.currentTarget.checked })}
      />
      <Textarea
        label={t('enquiries.welcome')} description={t('enquiries.welcomeHelp')} autosize minRows={2} maxLength={600}
        value={draft.welcome} onChange={(event) => set({ welcome: event.currentTarget.value })}
      />
      <Failed words={task.failed} />
      <p className="feed-acts">
        <button type="submit" className="button button-main" disabled={task.busy}>
          {t('enquiries.save')}
        </button>
        <span role="status" className="dim">
          {saved ? t('enquiries.saved') : ''}
        </span>
      </p>
    </form>
  );
}
