import type { Migration } from './migration.ts';

/** What a card is about, in words and as a row; what came of asking for leave; a mailbox that asks whether it may forward to us. */
export const inWords: Migration = {
  version: 11,
  name: 'what cards are about; leave that was refused; forwarding that waits to be confirmed',
  sql: `
alter table review_items add column subject text, add column about jsonb, add column lot jsonb;
alter table connection_access add column leave_refused text, add column forwarding jsonb;
create index review_items_dead on review_items (organisation_id) where kind = 'dead' and state = 'open';
create index alerts_dead on alerts (organisation_id) where rule = 'deliveries_dead' and state <> 'resolved';
`,
};
