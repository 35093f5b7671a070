import { useMemo, useState, type FormEvent } from 'react';
import { HouseFields } from '../../core/contract/founding.ts';
import { Failed, TextField } from '../accounts/fields.tsx';
import type { Task } from '../accounts/useTask.ts';
import { Choice } from '../components/Choice.tsx';
import { LOCALE, VIEWER_ZONE } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { currencies, guessCurrency, zones } from './guess.ts';

/** Name, zone and currency of a venue; by keyboard: type the name, Enter. */
export function FoundForm({ task, onSubmit }: { readonly task: Task; readonly onSubmit: (house: HouseFields) => void }) {
  const [name, setName] = useState('');
  const [zone, setZone] = useState(VIEWER_ZONE);
  const [currency, setCurrency] = useState(() => guessCurrency(VIEWER_ZONE, navigator.language));
  const [chosen, setChosen] = useState(false);
  const choices = useMemo(() => ({ zones: zones(), currencies: currencies(LOCALE) }), []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const house = HouseFields.safeParse({ name, zone, currency });
    if (!house.success) return task.fail(t('found.incomplete'));
    onSubmit(house.data);
  };
  return (
    <form className="sign-in-form" onSubmit={submit} aria-label={t('found.title')}>
      <TextField label={t('found.name')} value={name} onChange={setName} autoComplete="organization" maxLength={120} autoFocus />
      <Choice
        label={t('found.zone')}
        description={t('found.zoneHelp')}
        choices={choices.zones}
        value={zone}
        onChange={(value) => {
          setZone(value);
          // What a person has chosen is not guessed again.
          if (!chosen) setCurrency(guessCurrency(value, navigator.language));
        }}
      />
      <Choice
        label={t('found.currency')}
        choices={choices.currencies}
        value={currency}
        onChange={(value) => {
          setChosen(true);
          setCurrency(value);
        }}
      />
      <Failed words={task.failed} />
      <button type="submit" className="button button-main" disabled={task.busy}>
        {t('found.submit')}
      </button>
    </form>
  );
}
