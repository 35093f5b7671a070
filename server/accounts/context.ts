import type { Clock, Http, Ids, Log } from '../../core/ports/ports.ts';
import type { Config } from '../config.ts';
import type { Mail } from '../mail/mail.ts';
import type { StoreInternals } from '../store/internals.ts';
import type { Store } from '../store/store.ts';
import type { Auth } from './auth.ts';
import type { Replacing } from './replacing.ts';

/** What the parts of this folder share. */
export interface Context {
  readonly internals: StoreInternals;
  readonly store: Pick<Store, 'audit' | 'organisation' | 'scopeOf'>;
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly mail: Mail;
  readonly http: Http;
  readonly replacing: Replacing;
  /** The library; loaded at its first use. */
  auth(): Promise<Auth>;
}

export const nowOf = ({ clock }: Pick<Context, 'clock'>): string => new Date(clock.now()).toISOString();

/** One line of the audit log about people. */
export function note(context: Context, action: string, actor: string, subject: string, outcome = 'ok', organisationId: string | null = null): void {
  context.store.audit({ organisationId, at: nowOf(context), action, actor, subject, outcome });
}
