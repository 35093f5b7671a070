import type { Actor } from '../../core/contract/events.ts';
import type { ErasePreview, EraseReason, PersonalData, ReadersAnswer, Retention, RetentionAnswer } from '../../core/contract/personalData.ts';
import type { Result } from '../../core/contract/result.ts';
import { err, ok } from '../../core/contract/result.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { eraseContact, previewErasure, type Erased, type EraseFault } from './eraseContact.ts';
import { exportContact } from './exportContact.ts';
import { readersOf } from './readers.ts';
import { retentionAnswer, writeRetention } from './retention.ts';

export interface EraseOrder {
  readonly organisationId: string;
  readonly contactId: string;
  readonly reason: EraseReason;
  readonly actor: Actor;
  /** What a person typed; left out = nobody was asked (retention). */
  readonly confirm?: string;
}

/** What the routes, the worker and others on the server may ask about personal data. */
export interface Privacy {
  /** Everything that is held of a contact; null = there is none of that id. */
  export(organisationId: string, contactId: string): Promise<PersonalData | null>;
  preview(organisationId: string, contactId: string): Promise<Result<ErasePreview, EraseFault>>;
  /** One transaction; afterwards devices of the person are dropped everywhere. */
  erase(order: EraseOrder): Promise<Result<Erased & { readonly erasedAt: string }, EraseFault>>;
  /** Who was told of a contact; null = there is none of that id. */
  readers(organisationId: string, contactId: string): Promise<ReadersAnswer | null>;
  retention(organisationId: string): Promise<RetentionAnswer>;
  setRetention(organisationId: string, retention: Retention): Promise<void>;
}


const typed = (text: string): string => text.trim().normalize('NFC').replaceAll(/\s+/g, ' ');

export function createPrivacy(internals: StoreInternals): Privacy {
  const { database, writer, peers, revocations, clock } = internals;
  return {
    export: (organisationId, contactId) => exportContact(internals, organisationId, contactId),
    preview: (organisationId, contactId) => database.withOrganisation(organisationId, (tx) => previewErasure(tx, organisationId, contactId, instant(clock)), 'repeatable read'),
    async erase({ organisationId, contactId, reason, actor, confirm }) {
      const now = instant(clock);
      const done = await writer.write(organisationId, async ({ tx, record }) => {
        const erased = await eraseContact({
          tx, organisationId, contactId, reason, actor, now, record,
          ...(confirm === undefined ? {} : { confirmed: (name: string) => typed(name) === typed(confirm) }),
        });
        if (erased.ok) for (const deviceId of erased.value.revoked) await peers.announceRevoked(tx, deviceId);
        return erased;
      });
      if (!done.ok) return err(done.error);
      for (const deviceId of done.value.revoked) revocations.tell(deviceId);
      return ok({ ...done.value, erasedAt: now });
    },
    readers: (organisationId, contactId) => readersOf(internals, organisationId, contactId),
    retention: (organisationId) => retentionAnswer(internals, organisationId),
    setRetention: (organisationId, retention) => writeRetention(internals, organisationId, retention),
  };
}
