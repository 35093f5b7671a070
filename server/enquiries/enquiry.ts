import { sql } from 'kysely';
import type { Tx } from '../store/database.ts';

/** What came of an asking, as it was then. Nothing in it names a person. */
export interface Enquiry {
  readonly id: string;
  readonly askedAt: string;
  readonly roomId: string;
  /** Of the venue. */
  readonly date: string;
  readonly weddingId: string;
  /** Null = nothing is held. */
  readonly allocationId: string | null;
  /** 1 = first. */
  readonly rank: number | null;
  readonly holdUntil: string | null;
}

/** Null = nobody has asked under this id. */
export async function readEnquiry(tx: Tx, organisationId: string, id: string): Promise<Enquiry | null> {
  const { rows } = await sql<Enquiry>`
    select id, asked_at, room_id, date, wedding_id, allocation_id, rank, hold_until from enquiries
    where organisation_id = ${organisationId} and id = ${id}
  `.execute(tx);
  return rows[0] ?? null;
}
