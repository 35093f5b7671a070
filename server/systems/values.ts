import { randomBytes } from 'node:crypto';
import { codedError, type CodedError, type ErrorCode } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { ConnectPath } from '../../core/contract/systems.ts';
import { fieldsOf, isProof } from '../../core/vendors/keeping.ts';
import { senderDomain } from '../../core/vendors/mailSenders.ts';
import type { ManifestField, VendorManifest } from '../../core/vendors/manifest.ts';
import type { Entered } from '../../core/vendors/trying.ts';
import { knownCurrency, knownZone } from '../founding/known.ts';

/** What a person has entered, held against the fields of the manifest. Errors name the field. */

export { fieldsOf } from '../../core/vendors/keeping.ts';
export type { Entered } from '../../core/vendors/trying.ts';

export interface CheckedValues {
  readonly settings: Record<string, string>;
  readonly secrets: Record<string, string>;
  /** Secrets that were made up here, by key. */
  readonly generated: Record<string, string>;
  /** Required fields that are still to come. */
  readonly missing: readonly string[];
}

const problem = (code: ErrorCode, field: string, message: string): Result<never, CodedError> => err({ ...codedError(code, message), field });
const MAIL = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/;

/** A vendor that hands something out only for an address that it knows is told the address first: what proves its calls, and what its folder marks so. */
export function mayComeLater(manifest: VendorManifest, field: ManifestField): boolean {
  if (!field.required || field.input === 'generated' || !(field.later ?? isProof(field))) return false;
  return manifest.guides.some((guide) => guide.path === 'native' && guide.steps.some((step) => step.includes('{webhookUrl}')));
}

/** 256 bits, safe in headers and addresses. */
export const madeUpSecret = (): string => randomBytes(32).toString('base64url');

/** The value as it is kept, or null when it cannot be one. */
function clean(field: ManifestField, text: string): string | null {
  switch (field.input ?? 'text') {
    case 'url': {
      // Calendars are often copied with a scheme that only says "subscribe".
      const address = URL.parse(text.replace(/^webcals?:\/\//i, 'https://'));
      return address && (address.protocol === 'https:' || address.protocol === 'http:') && address.username === '' && address.password === '' ? address.href : null;
    }
    case 'email':
      return MAIL.test(text) ? text : null;
    case 'number':
      return /^-?\d{1,15}(\.\d{1,9})?$/.test(text) ? text : null;
    case 'zone':
      return knownZone(text) ? text : null;
    case 'currency':
      return knownCurrency(text.toUpperCase()) ? text.toUpperCase() : null;
    case 'domain':
      return senderDomain(text);
    case 'choice':
      return field.choices?.some((choice) => choice.value === text) === true ? text : null;
    case 'text':
    case 'generated':
      return text;
  }
}

export interface CheckOptions {
  /** What stands already, in a change; a value that is not entered stays. Null = a new connection. */
  readonly standing: Entered | null;
  readonly secretsLater: boolean;
  /** Secrets that a desktop keeps: they are there, and not here. */
  readonly kept?: readonly string[];
}

/**
 * Errors: `connect.field_unknown` (the system does not ask for it, or it is of the other kind), `connect.field_invalid`,
 * `connect.field_missing`.
 */
export function checkValues(manifest: VendorManifest, path: ConnectPath, entered: Entered, { standing, secretsLater, kept: elsewhere = [] }: CheckOptions): Result<CheckedValues, CodedError> {
  const fields = fieldsOf(manifest, path);
  for (const [kind, sensitive] of [['settings', false], ['secrets', true]] as const) {
    for (const key of Object.keys(entered[kind])) {
      if (!fields.some((field) => field.key === key && field.sensitive === sensitive)) return problem('connect.field_unknown', key, `${manifest.name} does not ask for ${key}.`);
    }
  }
  // What no field asks for but stands (tokens of a leave that was given) stays.
  const settings: Record<string, string> = { ...standing?.settings };
  const secrets: Record<string, string> = { ...standing?.secrets };
  const generated: Record<string, string> = {};
  const missing: string[] = [];
  for (const field of fields) {
    const kept = field.sensitive ? secrets : settings;
    if (field.sensitive && elsewhere.includes(field.key)) {
      delete secrets[field.key];
      continue;
    }
    const given = (field.sensitive ? entered.secrets : entered.settings)[field.key]?.trim();
    if (field.input === 'generated') {
      if (given !== undefined && given !== '') return problem('connect.field_invalid', field.key, `${field.label} is made up by the server.`);
      if (!kept[field.key]) generated[field.key] = kept[field.key] = madeUpSecret();
      continue;
    }
    const value = given ?? (standing ? (kept[field.key] ?? '') : (field.initial ?? ''));
    if (value === '') {
      delete kept[field.key];
      if (!field.required) continue;
      if ((secretsLater || (standing !== null && given === undefined)) && mayComeLater(manifest, field)) missing.push(field.key);
      else return problem('connect.field_missing', field.key, `${field.label} is needed.`);
      continue;
    }
    if (given === undefined) {
      kept[field.key] = value;
      continue;
    }
    const cleaned = clean(field, value);
    if (cleaned === null) return problem('connect.field_invalid', field.key, `${field.label} is not what is expected there.`);
    kept[field.key] = cleaned;
  }
  return ok({ settings, secrets, generated, missing });
}
