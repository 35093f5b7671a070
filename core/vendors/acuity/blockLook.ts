import { z } from 'zod';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { instantOfText, known as knownFields, objectAt, shortText } from '../fields.ts';
import { calendarRemote } from '../calendarOrigin.ts';
import { textMark } from '../ids.ts';
import { parseJsonObject } from '../signatures.ts';
import type { Brought, CallPorts, ConnectionAccess, Normalise, PollPage, RereadError } from '../vendor.ts';
import { blockAt, blocksOf, BLOCK_ID, firstDay, isRemoteId, markIn, wordsIn, type Block } from './blocks.ts';

/** A look at the blocked time of the calendars in use: what is new, what was moved, what is there no more. */

/** An entry that was told: what it is called, its block, what it said, how often it was told, until when it lasts. */
const Told = z.object({ id: z.string(), block: z.string(), mark: z.string(), n: z.int().min(1), until: z.number() });
type Told = z.infer<typeof Told>;
/** By calendar. */
export const BlocksTold = z.record(z.string(), z.array(Told));
export type BlocksTold = z.infer<typeof BlocksTold>;

type Unread = NonNullable<PollPage['unread']>[number];
export interface BlocksPage {
  readonly items: readonly Brought[];
  readonly told: BlocksTold;
  readonly unread: readonly Unread[];
}

/** What is missed in a list is asked for by its id before it counts as gone; what is left over has its turn with the next look. */
const MOST_ASKED = 25;

interface Entry {
  readonly id: string;
  readonly block: Block;
}

const nameOf = ({ id, notes }: Block): string => markIn(notes)?.remoteId ?? id;

/** Of several blocks with one mark the newest counts: the others are on their way out. */
function entriesIn(blocks: readonly Block[], oursOnly: boolean): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const block of blocks) {
    const id = nameOf(block);
    if (!oursOnly || id !== block.id) entries.set(id, { id, block });
  }
  return entries;
}

/** Of an entry of ours nobody says anything but its times. */
const saidBy = ({ startsAt, endsAt, notes }: Block): string => textMark(`${startsAt} ${endsAt}${markIn(notes) === null ? ` ${notes}` : ''}`);

function brought(entry: Entry, n: number, calendarRef: string, mark: string): Brought {
  const { startsAt, endsAt, notes } = entry.block;
  const said = { startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString(), notes };
  return { key: `block:${entry.id}:${n}:${mark}`, event: 'block', body: JSON.stringify({ blockEntry: { id: entry.id, calendarRef, ...said } }) };
}

const goneFrom = (id: string, n: number, calendarRef: string | null): Brought =>
  ({ key: `block:${id}:${n}:gone`, event: 'block.gone', body: JSON.stringify({ blockEntry: { id, calendarRef, gone: true } }) });

/** The calendar's own trouble, and none of the account. */
const isItsOwn = ({ code, status = 0 }: { readonly code: string; readonly status?: number }): boolean =>
  code === 'normalise.reread_failed' ? status >= 500 && status !== 503 : code !== 'normalise.no_access';

const UNREAD: Readonly<Partial<Record<string, RereadError['code']>>> = {
  'calendar.forbidden': 'normalise.forbidden',
  'normalise.reread_failed': 'normalise.reread_failed',
  'normalise.shape_unknown': 'normalise.shape_unknown',
};
const codeOf = (code: string): RereadError['code'] => UNREAD[code] ?? 'normalise.reread_refused';

export async function lookAtBlocks(before: BlocksTold, access: ConnectionAccess, ports: CallPorts): Promise<Result<BlocksPage, RereadError>> {
  const told: Record<string, readonly Told[]> = { ...before };
  const items: Brought[] = [];
  const unread: Unread[] = [];
  const met = new Set<string>();
  const first = firstDay(ports.clock.now());
  let asked = 0;
  let failure: RereadError | null = null;
  const listened = (access.listened ?? []).filter(({ calendarRef }) => BLOCK_ID.test(calendarRef));
  for (const { calendarRef, oursOnly } of listened) {
    const listed = await blocksOf(ports, access, calendarRef);
    if (!listed.ok) {
      const error: RereadError = { ...listed.error, code: codeOf(listed.error.code) };
      if (listed.error.code === 'normalise.no_access') return err({ ...error, code: 'normalise.no_access' });
      if (!isItsOwn(listed.error)) return err(error);
      failure ??= error;
      unread.push({ calendarRef, code: error.code });
      continue;
    }
    const entries = entriesIn(listed.value, oursOnly);
    const earlier = new Map((before[calendarRef] ?? []).map((one) => [one.id, one]));
    const now: Told[] = [];
    for (const [id, entry] of entries) {
      met.add(id);
      const known = earlier.get(id);
      const mark = saidBy(entry.block);
      const n = known === undefined ? 1 : known.mark === mark ? known.n : known.n + 1;
      if (known?.mark !== mark) items.push(brought(entry, n, calendarRef, mark));
      now.push({ id, block: entry.block.id, mark, n, until: entry.block.endsAt });
    }
    for (const one of earlier.values()) {
      if (entries.has(one.id)) continue;
      // Others' entries are of no concern while it is only written; what is long over is listed no more.
      if (one.until < first) continue;
      if ((oursOnly && !isRemoteId(one.id)) || asked >= MOST_ASKED) {
        now.push(one);
        met.add(one.id);
        continue;
      }
      asked += 1;
      const there = await blockAt(ports, access, one.block);
      // A person may have taken our mark out of its notes: then it is somebody's, and ours is gone.
      const stays = !there.ok || (there.value !== null && there.value.calendarRef === calendarRef && nameOf(there.value) === one.id);
      if (stays) {
        now.push(one);
        met.add(one.id);
      } else items.push(goneFrom(one.id, one.n + 1, calendarRef));
    }
    told[calendarRef] = now;
  }
  if (failure !== null && unread.length === listened.length) return err(failure);
  // Written since the last look, and never met: somebody was quicker than we.
  const alreadyTold = new Set(items.map(({ key }) => key.split(':')[1]));
  const missed = unread.length > 0 ? [] : (access.written ?? []).filter((id) => isRemoteId(id) && !met.has(id) && !alreadyTold.has(id));
  items.push(...missed.map((id) => goneFrom(id, 0, null)));
  return ok({ items, told: told as BlocksTold, unread });
}

export const isBlockDelivery = (vendorEvent: string | null): boolean => vendorEvent === 'block' || vendorEvent === 'block.gone';

const shapeUnknown = (message: string): ReturnType<Normalise> => err({ code: 'normalise.shape_unknown', message });

export const blockChanges: Normalise = ({ bodyText }) => {
  const body = parseJsonObject(bodyText);
  const entry = objectAt(body.ok ? body.value : {}, 'blockEntry');
  const { id, calendarRef, gone, startsAt, endsAt, notes } = entry;
  if (typeof id !== 'string' || !(isRemoteId(id) || BLOCK_ID.test(id))) return shapeUnknown('The block has no id.');
  const remote = { type: 'block', id, version: null };
  const base = { kind: 'calendarEvent', remote, ...calendarRemote(calendarRef), wedding: {}, occurredAt: null } as const;
  const one = (change: Change): ReturnType<Normalise> => ok({ kind: 'changes', changes: [change] });
  if (gone === true) return one({ ...base, ...(isRemoteId(id) ? { ourId: id.slice(0, 36) } : {}), fields: { status: 'cancelled' }, deleted: true });
  const [from, until] = [instantOfText(startsAt), instantOfText(endsAt)];
  if (from === null || until === null || until < from) return shapeUnknown('The block has no times that exist.');
  const ours = markIn(notes);
  const times = { startsAt: from, endsAt: until };
  if (ours !== null) return one({ ...base, ourId: ours.ourId, fields: times });
  const title = shortText(wordsIn(typeof notes === 'string' ? notes : '').join(' '));
  return one({ ...base, fields: { ...times, allDay: false, status: 'confirmed', busy: true, ...knownFields({ title }) } });
};
