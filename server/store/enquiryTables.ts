import type { ColumnType } from 'kysely';
import type { EnquirySettings } from '../../core/contract/enquiries.ts';

/** The tables of the page on which couples ask for a day, as Kysely sees them; see `schema.ts`. */

/** What a house says of the page on which couples ask for a day. */
export interface EnquiryPagesTable {
  organisationId: string;
  settings: ColumnType<EnquirySettings, string, string>;
  version: number;
  changedAt: string;
  /** The device. */
  changedBy: string;
}

export interface EnquiryAddressesTable {
  organisationId: string;
  token: string;
  madeAt: string;
  /** Null = it is the one that answers. */
  replacedAt: string | null;
}

/** What came of an asking on that page; ids and times only. */
export interface EnquiriesTable {
  organisationId: string;
  /** As the form named itself. */
  id: string;
  askedAt: string;
  roomId: string;
  date: string;
  weddingId: string;
  /** Null = nothing is held for it. */
  allocationId: string | null;
  rank: number | null;
  holdUntil: string | null;
}

export interface EnquiryTables {
  enquiryPages: EnquiryPagesTable;
  enquiryAddresses: EnquiryAddressesTable;
  enquiries: EnquiriesTable;
}
