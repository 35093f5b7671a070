import type { CodedError } from '../../core/contract/errors.ts';
import type { ConnectPath, ConnectRequest, SystemField } from '../../core/contract/systems.ts';

/** What was typed, by the fields' keys. */
export type Typed = Readonly<Record<string, string>>;

export interface Guesses {
  readonly zone: string;
  readonly currency: string;
}

/** What stands in the fields at first. */
export const initialValues = (fields: readonly SystemField[], guesses: Guesses): Typed =>
  Object.fromEntries(fields.map((field) => [field.key, field.initial !== '' ? field.initial : field.input === 'zone' ? guesses.zone : field.input === 'currency' ? guesses.currency : '']));

/** The first field that cannot be sent like this; null = all can. */
export function firstProblem(fields: readonly SystemField[], typed: Typed): { readonly key: string; readonly problem: 'missing' | 'url' | 'email' | 'number' } | null {
  for (const field of fields) {
    const value = (typed[field.key] ?? '').trim();
    if (value === '') {
      if (field.required) return { key: field.key, problem: 'missing' };
      continue;
    }
    if (field.input === 'url' && !/^(https?|webcals?|feed):\/\/\S+$/i.test(value)) return { key: field.key, problem: 'url' };
    if (field.input === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value)) return { key: field.key, problem: 'email' };
    if (field.input === 'number' && !/^-?\d+([.,]\d+)?$/.test(value)) return { key: field.key, problem: 'number' };
  }
  return null;
}

/** Settings and secrets apart, trimmed, without what was left empty. */
export function sorted(fields: readonly SystemField[], typed: Typed): { settings: Record<string, string>; secrets: Record<string, string> } {
  const of = (sensitive: boolean): Record<string, string> =>
    Object.fromEntries(fields.filter((field) => field.sensitive === sensitive).flatMap((field) => {
      const value = (typed[field.key] ?? '').trim();
      return value === '' ? [] : [[field.key, value]];
    }));
  return { settings: of(false), secrets: of(true) };
}

export interface Asked {
  readonly system: string;
  readonly path: ConnectPath;
  readonly name: string;
  readonly fields: readonly SystemField[];
  readonly typed: Typed;
  readonly secretsLater: boolean;
}

export function connectRequest({ system, path, name, fields, typed, secretsLater }: Asked, evenIfUntested: boolean): ConnectRequest {
  return { system, path, ...(name.trim() === '' ? {} : { name: name.trim() }), ...sorted(fields, typed), ...(secretsLater ? { secretsLater: true } : {}), ...(evenIfUntested ? { evenIfUntested: true } : {}) };
}

/** Which field an error is about: the one that it names, else for a refused key the first secret. Null = none of these. */
export function fieldOf(error: Pick<CodedError, 'code' | 'field'>, fields: readonly SystemField[]): string | null {
  if (error.field !== undefined) return fields.some((field) => field.key === error.field) ? error.field : null;
  return error.code === 'connect.refused' ? (fields.find((field) => field.sensitive)?.key ?? null) : null;
}

/** A step of a guide, with what is to be copied taken out: the value goes where the placeholder stands. */
export interface GuideStep {
  readonly text: string;
  /** To be copied; null = nothing in this step, or not known here. */
  readonly copy: string | null;
  /** A placeholder whose value is not told (again). */
  readonly untold: string | null;
}

const PLACEHOLDER = /\{(\w+)\}/;

/** What may stand right behind a placeholder and be part of what is copied: a query, the rest of a JSON text. */
const PART_OF_IT = /^(?:[?"]\S*)?$/;

/** `Paste the URL: {webhookUrl}` -> the words, and the address to copy; what stands around the placeholder (`Bearer `, `?event=x`) belongs to the value. */
export function guideStep(step: string, values: Readonly<Record<string, string | null | undefined>>): GuideStep {
  const match = PLACEHOLDER.exec(step);
  if (!match) return { text: step, copy: null, untold: null };
  const name = match[1] ?? '';
  const value = values[name] ?? null;
  const colon = step.lastIndexOf(': ', match.index);
  const after = step.slice(match.index + match[0].length);
  if (colon >= 0 && PART_OF_IT.test(after)) {
    const before = step.slice(colon + 2, match.index);
    return { text: step.slice(0, colon + 1), copy: value === null ? null : before + value + after, untold: value === null ? name : null };
  }
  return { text: step.replace(match[0], value ?? '…'), copy: value, untold: value === null ? name : null };
}
