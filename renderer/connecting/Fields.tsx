import { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import type { SystemField } from '../../core/contract/systems.ts';
import { Choice } from '../components/Choice.tsx';
import { LOCALE } from '../components/format.ts';
import { currencies, zones } from '../founding/guess.ts';
import { t } from '../i18n/index.ts';
import type { Typed } from './values.ts';

interface Props {
  readonly fields: readonly SystemField[];
  readonly typed: Typed;
  readonly onType: (key: string, value: string) => void;
  /** What is wrong with one of them. */
  readonly wrong: { readonly key: string; readonly words: string } | null;
  /** Secrets that are set; an empty field leaves them as they are. */
  readonly set?: readonly string[];
}

const fieldId = (key: string): string => `connect-${key}`;
/** Moves the keyboard to a field; false = it is not on the page. */
export function focusField(key: string): boolean {
  const element = document.getElementById(fieldId(key));
  element?.focus();
  element?.scrollIntoView({ block: 'nearest' });
  return element !== null;
}

/** Yes or no with a usual answer, and addresses with a usual one: most people never touch them. */
const isRare = (field: SystemField): boolean => !field.required && !field.sensitive && ((field.input === 'choice' && field.choices.length === 2 && field.initial !== '') || field.input === 'url');

/** A form drawn from what a system asks for; what is rarely asked comes last, folded away. */
export function Fields(props: Props) {
  const rare = props.fields.filter(isRare);
  return (
    <>
      <Inputs {...props} fields={props.fields.filter((field) => !isRare(field))} />
      {rare.length > 0 ? (
        <details className="connect-more" {...(rare.some((field) => field.key === props.wrong?.key) ? { open: true } : {})}>
          <summary>{t('connect.more')}</summary>
          <div className="connect-form">
            <Inputs {...props} fields={rare} />
          </div>
        </details>
      ) : null}
    </>
  );
}

function Inputs({ fields, typed, onType, wrong, set = [] }: Props) {
  const choices = useMemo(() => {
    const none = { value: '', label: t('connect.notSaid') };
    return { zone: [none, ...zones()], currency: [none, ...currencies(LOCALE)] };
  }, []);
  return fields.map((field) => {
    const { key, label, input } = field;
    const isSet = set.includes(key);
    const help = [field.help, isSet ? t('connect.setAlready') : null].filter(Boolean).join(' ');
    const value = typed[key] ?? '';
    const common = {
      id: fieldId(key),
      label: field.required || isSet ? label : t('connect.optional', { label }),
      ...(help === '' ? {} : { description: help }),
      ...(wrong?.key === key ? { error: wrong.words } : {}),
    };
    if (input === 'zone' || input === 'currency') return <Choice key={key} {...common} choices={choices[input]} value={value} onChange={(next) => onType(key, next)} />;
    if (input === 'choice') {
      const data = field.choices.some((choice) => choice.value === value) && (field.required || field.initial !== '') ? field.choices : [{ value: '', label: t('connect.notSaid') }, ...field.choices];
      return <NativeSelect key={key} {...common} data={data} value={value} onChange={(event) => onType(key, event.currentTarget.value)} />;
    }
    const text = { ...common, value, autoComplete: 'off', spellCheck: false, maxLength: 8_000, onChange: (event: { readonly currentTarget: { readonly value: string } }) => onType(key, event.currentTarget.value) };
    if (field.sensitive) return <PasswordInput key={key} {...text} aria-invalid={wrong?.key === key || undefined} visibilityToggleButtonProps={{ 'aria-label': t('connect.show', { label }), tabIndex: 0 }} data-1p-ignore data-lpignore="true" />;
    return <TextInput key={key} {...text} inputMode={input === 'number' ? 'decimal' : input === 'email' ? 'email' : input === 'url' ? 'url' : 'text'} />;
  });
}
