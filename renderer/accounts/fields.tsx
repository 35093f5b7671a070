import { PasswordInput, TextInput } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import { PASSWORD_LENGTH } from '../../core/contract/accounts.ts';
import { t } from '../i18n/index.ts';

interface Field {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoComplete: string;
}

export function TextField({ label, value, onChange, ...more }: Field & { readonly type?: 'text' | 'email'; readonly description?: string; readonly readOnly?: boolean; readonly required?: boolean; readonly inputMode?: 'numeric'; readonly autoFocus?: boolean; readonly onBlur?: () => void; readonly maxLength?: number; readonly name?: string; readonly className?: string }) {
  return <TextInput label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)} spellCheck={false} autoCapitalize="none" required withAsterisk={false} {...more} />;
}

/** `autoComplete` tells password managers whether it is an old or a new one. */
export function PasswordField({ label, value, onChange, autoComplete, description, autoFocus, required = true }: Field & { readonly description?: string; readonly autoFocus?: boolean; readonly required?: boolean }) {
  return (
    <PasswordInput
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoComplete={autoComplete}
      maxLength={autoComplete === 'off' ? 1000 : PASSWORD_LENGTH.most}
      required={required}
      withAsterisk={false}
      {...(autoComplete === 'new-password' ? { minLength: PASSWORD_LENGTH.least } : {})}
      {...(description === undefined ? {} : { description })}
      {...(autoFocus ? { autoFocus } : {})}
      visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword'), tabIndex: 0 }}
    />
  );
}

/** What went wrong, said aloud; an empty line of the same height does not jump. */
export function Failed({ words }: { readonly words: string | null }) {
  return words === null ? null : (
    <p className="inline-error" role="alert">
      {words}
    </p>
  );
}

/** A value to hand over: shown, selected at a touch, and copied where the page may. */
export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  const id = useId();
  const [said, setSaid] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setSaid(t('account.copied'));
    } catch {
      // Not over plain http, and not where the system says no: the person copies what is selected.
      const field = document.getElementById(id);
      if (field instanceof HTMLInputElement) field.select();
      setSaid(t('account.copyYourself'));
    }
  };
  return (
    <div className="copy">
      <TextInput id={id} label={label} readOnly value={value} onFocus={(event) => event.currentTarget.select()} />
      <button type="button" className="button" onClick={() => void copy()} aria-label={t('account.copyOf', { what: label })}>
        {t('account.copy')}
      </button>
      <p role="status" className="dim copy-said">
        {said}
      </p>
    </div>
  );
}

/** A button that opens a small form below it, so that a page of settings stays a list. */
export function Unfold({ label, children }: { readonly label: string; readonly children: (close: () => void) => ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t('account.close') : label}
      </button>
      {open ? children(() => setOpen(false)) : null}
    </>
  );
}

/** For what cannot be taken back: the first press only asks; looking away takes the question back. */
export function SureButton({ label, sure, of, onSure, disabled = false }: { readonly label: string; readonly sure: string; readonly of?: string; readonly onSure: () => void; readonly disabled?: boolean }) {
  const [asked, setAsked] = useState(false);
  return (
    <button
      type="button"
      className={asked ? 'button button-main' : 'button'}
      disabled={disabled}
      {...(of === undefined ? {} : { 'aria-label': `${asked ? sure : label}: ${of}` })}
      onBlur={() => setAsked(false)}
      onClick={() => {
        if (asked) onSure();
        setAsked(!asked);
      }}
    >
      {asked ? sure : label}
    </button>
  );
}
