import { sql } from 'kysely';
import type { MovableCollection } from '../../core/domain/conflicts/occupancies.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import type { Log } from '../../core/ports/ports.ts';
import type { OpenedStore } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { SYSTEM } from '../store/taking/consequences.ts';
import type { Tx } from '../store/database.ts';

/** Small enough that nobody waits long behind one. */
const AT_ONCE = 50;
const REST_MS = 50;

/** Rows that name a room or a vendor and take no time of it: they were recorded before there were resources. */
const UNNAMED = {
  weddings: sql`select organisation_id, id from weddings where room_id is null and room ~ '\\S'`,
  bookings: sql`select organisation_id, id from bookings where vendor_id is null and vendor_name ~ '\\S' and trade <> 'venue'`,
} as const;
type Named = keyof typeof UNNAMED & MovableCollection;

export interface NamesakeWork {
  /** Settles when every row has its resource, or the work was stopped. */
  readonly done: Promise<void>;
  /** Ends after the batch in hand. */
  stop(): Promise<void>;
}

/**
 * Once after a start: gives rows from before there were resources the one that they name, in small batches through the
 * writer, so that resources and conflicts come of it as of anything else. The rows themselves say what is still to be done:
 * a process that dies goes on where it was, and two at once do nothing twice.
 */
export function startNamesakes({ store, log }: { readonly store: Pick<OpenedStore, 'internals'>; readonly log: Log }): NamesakeWork {
  const { internals } = store;
  let stopped = false;

  async function batch(organisationId: string, collection: Named, wanted: readonly string[]): Promise<number> {
    return internals.writer.write(organisationId, async ({ tx, record }) => {
      const drafts = await unnamedDrafts(tx, organisationId, collection, wanted);
      if (drafts.length > 0) await record(drafts);
      return drafts.length;
    });
  }

  async function all(): Promise<void> {
    for (const collection of ['weddings', 'bookings'] as const) {
      let total = 0;
      for (;;) {
        const { rows } = await sql<{ organisationId: string; id: string }>`${UNNAMED[collection]} limit ${AT_ONCE}`.execute(internals.database.system);
        let given = 0;
        for (const organisationId of new Set(rows.map((row) => row.organisationId))) {
          if (stopped) return;
          given += await batch(organisationId, collection, rows.filter((row) => row.organisationId === organisationId).map((row) => row.id));
        }
        total += given;
        // Nothing given of what was found: somebody else is at it, or a name stands for nothing.
        if (rows.length < AT_ONCE || given === 0) break;
        await new Promise((resolve) => setTimeout(resolve, REST_MS));
      }
      if (total > 0) log.info({ collection, rows: total }, 'rows from before there were resources have theirs');
    }
  }

  const done = all().catch((error: unknown) => log.error({ err: error }, 'rows from before there were resources could not be given theirs; tried again at the next start'));
  return {
    done,
    async stop() {
      stopped = true;
      await done;
    },
  };
}

async function unnamedDrafts(tx: Tx, organisationId: string, collection: Named, wanted: readonly string[]): Promise<EventDraft[]> {
  const rows = await readRows(tx, organisationId, collection, wanted);
  return rows.flatMap((row): EventDraft[] => {
    const field = 'room' in row ? 'roomId' : 'vendorId';
    if (((row as unknown as Record<string, unknown>)[field] ?? null) !== null) return [];
    const { seq: _seq, updatedAt: _at, ...told } = row;
    const weddingId = collection === 'weddings' ? row.id : (row as { readonly weddingId: string | null }).weddingId;
    // Which one it is, the consequences say.
    return [{ type: collection === 'weddings' ? 'wedding.updated' : 'booking.updated', collection, row: { ...told, version: row.version + 1 }, before: { [field]: null }, weddingId, occurredAt: null, ...SYSTEM } as unknown as EventDraft];
  });
}
