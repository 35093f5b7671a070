import { NumberInput, TextInput } from '@mantine/core';
import { Temporal } from 'temporal-polyfill';
import { t } from '../i18n/index.ts';

/** `2026-11-20T14:05` of the venue's clock. Of a time that its change leaves out the clock's next is meant. */
export const wallText = (at: number, zone: string): string => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: 'minute' });
export function wallTime(text: string, zone: string): number | null {
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

interface Base {
  readonly label: string;
  readonly description?: string;
  readonly error?: string | undefined;
}

export function WallField({ label, description, error, value, onChange }: Base & { readonly value: string; readonly onChange: (value: string) => void }) {
  return <TextInput type="datetime-local" label={label} {...(description === undefined ? {} : { description })} error={error} value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** A whole number; null = empty. */
export function CountField({ label, description, error, value, onChange, min = 0, max }: Base & { readonly value: number | null; readonly onChange: (value: number | null) => void; readonly min?: number; readonly max: number }) {
  return (
    <NumberInput
      label={label} {...(description === undefined ? {} : { description })} error={error} value={value ?? ''} min={min} max={max} allowDecimal={false} allowNegative={false} clampBehavior="strict" hideControls
      onChange={(next) => onChange(typeof next === 'number' ? next : null)}
    />
  );
}

/** An amount as it is typed; `minorOf` reads it. */
export function MoneyField({ label, description, error, text, onChange }: Base & { readonly text: string; readonly onChange: (text: string) => void }) {
  return (
    <TextInput
      label={label} {...(description === undefined ? {} : { description })} error={error} value={text} inputMode="decimal" maxLength={16} autoComplete="off"
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export const missingText = (shown: boolean, isMissing: boolean): string | undefined => (shown && isMissing ? t('connect.problem.missing') : undefined);

/** `music, bar` as it is told of several in one field. */
export const listed = (text: string): string[] => [...new Set(text.split(',').map((part) => part.trim()).filter((part) => part !== ''))];
