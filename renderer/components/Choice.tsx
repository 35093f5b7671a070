import { Select } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { t } from '../i18n/index.ts';

const SHOWN = 40;

interface ChoiceProps {
  readonly id?: string;
  readonly label: string;
  readonly description?: string;
  readonly error?: ReactNode;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** One of many, found by typing a part of it. */
export function Choice({ id, label, description, error, choices, value, onChange }: ChoiceProps) {
  const [open, setOpen] = useState(false);
  return (
    <Select
      label={label}
      {...(id === undefined ? {} : { id })}
      {...(description === undefined ? {} : { description })}
      {...(error === undefined ? {} : { error })}
      data={choices}
      value={value}
      onChange={(next) => next !== null && onChange(next)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.currentTarget.getAttribute('aria-expanded') !== 'true') return;
        // Enter in an open list takes what fits; before the list has marked it, the form would be sent with what stood there.
        event.preventDefault();
        const text = event.currentTarget.value.trim().toLowerCase();
        const fits = choices.find((one) => one.label.toLowerCase().includes(text));
        if (!fits) return;
        onChange(fits.value);
        // The list closes by itself only when it had marked one.
        setOpen(false);
      }}
      dropdownOpened={open}
      onDropdownOpen={() => setOpen(true)}
      onDropdownClose={() => setOpen(false)}
      searchable
      selectFirstOptionOnChange
      allowDeselect={false}
      limit={SHOWN}
      maxDropdownHeight={260}
      required
      withAsterisk={false}
      nothingFoundMessage={t('found.nothing')}
    />
  );
}
