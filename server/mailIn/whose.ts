import { sql } from 'kysely';
import { ownerOf, type Claiming } from '../../core/domain/intake/mailOwner.ts';
import { mailDomainsOf } from '../../core/vendors/mailSenders.ts';
import type { ReadMail, VendorModule } from '../../core/vendors/vendor.ts';
import type { MailConnection } from '../store/connections.ts';
import type { StoreInternals } from '../store/internals.ts';
import { isAligned } from './readMail.ts';

/** Where a mail is kept, and why a person has to look at it there; see `ReadMail.whose`. */
export interface Whose {
  readonly connection: MailConnection;
  readonly whose: NonNullable<ReadMail['whose']> | null;
}

type Vendors = (system: string) => Pick<VendorModule, 'manifest' | 'mail'> | null;

/** Every connection of the house that believes the sender of this mail. */
async function believing({ database }: StoreInternals, vendors: Vendors, organisationId: string, { from, signedBy }: Pick<ReadMail, 'from' | 'signedBy'>): Promise<MailConnection[]> {
  const { rows } = await database.withOrganisation(organisationId, (tx) =>
    sql<{ id: string; system: string; settings: Record<string, string> }>`
      select a.id, a.system, a.settings from connection_access a join connections c on c.organisation_id = a.organisation_id and c.id = a.id
      where a.organisation_id = ${organisationId} and a.removed_at is null and c.path = 'mail' order by a.id
    `.execute(tx),
  );
  return rows.flatMap(({ id, system, settings }) => {
    const vendor = vendors(system);
    return vendor?.mail && isAligned(from, signedBy, mailDomainsOf(vendor.manifest, settings)) ? [{ connectionId: id, organisationId, system, settings }] : [];
  });
}

/** Decides by what stands in the mail; where that says nothing, by the address that it came to. `key` = of this mail, wherever it comes. */
export async function whoseMail(internals: StoreInternals, vendors: Vendors, cameTo: MailConnection, mail: ReadMail, key: string): Promise<Whose> {
  const { organisationId, connectionId } = cameTo;
  const all = await believing(internals, vendors, organisationId, mail);
  const claims = all.map(({ connectionId: id, system, settings }): Claiming => ({ connectionId: id, claim: vendors(system)?.mail?.claim?.(mail, settings) ?? 'open' }));
  const owner = ownerOf(claims, connectionId);
  const connection = all.find((one) => one.connectionId === owner) ?? cameTo;
  const others = all.flatMap((one) => (one.connectionId === connection.connectionId ? [] : [one.connectionId]));
  if (others.length > 0) {
    const known = await internals.database.withOrganisation(organisationId, (tx) =>
      tx.selectFrom('deliveries').select('id').where('connectionId', 'in', others).where('deliveryKey', '=', key).limit(1).executeTakeFirst(),
    );
    // Redirected to two addresses: an enquiry is not to be there twice.
    if (known) return { connection, whose: 'elsewhere' };
  }
  return { connection, whose: owner === null ? 'unclear' : null };
}
