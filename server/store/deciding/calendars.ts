import { sql } from 'kysely';
import type { Command, CommandAnswer } from '../../../core/contract/commands.ts';
import type { Calendar } from '../../../core/contract/record/calendars.ts';
import { unknownPlaceholder } from '../../../core/contract/record/entryTemplates.ts';
import { visibleRow } from '../../../core/domain/access/rows.ts';
import { isWritten, NEW_FILLING, refills } from '../../../core/domain/calendars/targets.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { FROM_THE_BEGINNING } from '../calendars/filled.ts';
import { twinDrafts, twinOf } from '../calendars/twins.ts';
import { readRows } from '../rows.ts';
import type { Deciding } from './deciding.ts';

/** How a calendar that is kept elsewhere takes part, and what failed to get there. */

type Of<T extends Command['type']> = Extract<Command, { type: T }>;
const some = <D>(draft: D | null): D[] => (draft ? [draft] : []);

export async function saveCalendar(deciding: Deciding, command: Of<'calendar.save'>): Promise<CommandAnswer> {
  const { writing, organisationId, device, context, rejected, rebase, accept } = deciding;
  const { tx } = writing;
  const { direction, privacy, strategy, resourceId, everyWedding, invite } = command;
  const [current] = await readRows(tx, organisationId, 'calendars', [command.calendarId]);
  if (!current || !visibleRow(device, 'calendars', current)) return rejected('request.not_found', 'There is no such calendar.');
  if (await deciding.overtaken('calendars', current, command.basedOnVersion)) return rebase(current.id);
  const [resource] = resourceId === null ? [null] : await readRows(tx, organisationId, 'resources', [resourceId]);
  if (resource === undefined) return rejected('request.not_found', 'There is no such resource.');
  const reminders = [...new Set(command.reminders)].sort((a, b) => a - b);
  const runSheet = command.runSheet ?? current.runSheet ?? null;
  const unknown = [command.titleTemplate, command.descriptionTemplate].map((template) => unknownPlaceholder(template ?? '')).find((name) => name !== null);
  if (typeof unknown === 'string') return rejected('calendar.placeholder_unknown', `There is no placeholder {${unknown}}.`);
  const fields = { direction, privacy, strategy, resourceId, everyWedding, runSheet, invite, reminders, ...toldAs(command, current) };
  const next: Calendar = { ...current, ...fields };
  if (isWritten(next)) {
    const refused = (await unwritable(deciding, current)) ?? (await writtenAlready(deciding, current));
    if (refused) return refused;
  }
  const filling = refills(current, next) ? { filling: NEW_FILLING } : {};
  if (refills(current, next)) {
    const chosen = sql`${JSON.stringify(FROM_THE_BEGINNING)}::jsonb`;
    // Whoever writes it at the moment is heard no more, and what they had in hand is told anew.
    await sql`
      insert into calendar_states (organisation_id, calendar_id, filled_to)
      values (${organisationId}::uuid, ${current.id}::uuid, ${chosen} || '{"fence": 0}'::jsonb)
      on conflict (organisation_id, calendar_id) do update
        set filled_to = ${chosen} || jsonb_build_object('fence', calendar_states.fence + 1),
          fence = calendar_states.fence + 1, leased_until = '-infinity'
    `.execute(tx);
  }
  const answer = await accept(some<EventDraft>(draftUpdated('calendar.changed', 'calendars', null, current, { ...fields, ...filling }, null, context)), current.seq);
  const twins = await twinDrafts(tx, organisationId);
  if (twins.length > 0) await writing.record(twins);
  return answer;
}

const TOLD_AS = ['role', 'categories', 'titleTemplate', 'descriptionTemplate', 'categoryWord'] as const;
/** What is left out stays as it was. */
const toldAs = (command: Of<'calendar.save'>, current: Calendar): Pick<Calendar, (typeof TOLD_AS)[number]> =>
  Object.fromEntries(TOLD_AS.map((name) => [name, command[name] === undefined ? (current[name] ?? null) : command[name]]));

/** Another connection writes the same calendar: every entry would stand there twice. */
async function writtenAlready({ writing: { tx }, organisationId, rejected }: Deciding, calendar: Calendar): Promise<CommandAnswer | null> {
  const twin = await twinOf(tx, organisationId, calendar);
  if (!twin) return null;
  const [connection] = await readRows(tx, organisationId, 'connections', [twin.connectionId]);
  const where = connection ? ` through ${connection.name}` : '';
  const answer = rejected('calendar.written_twice', `${twin.name} is the same calendar over there and is written${where} already.`);
  return answer.outcome === 'rejected' ? { ...answer, twinId: twin.id } : answer;
}

/** Why nothing can be written into it; null = it can, or a try will tell. */
async function unwritable({ writing: { tx }, organisationId, rejected }: Deciding, calendar: Calendar): Promise<CommandAnswer | null> {
  const access = await tx.selectFrom('connectionAccess').select('removedAt').where('organisationId', '=', organisationId).where('id', '=', calendar.connectionId).executeTakeFirst();
  if (!access || access.removedAt !== null || calendar.state === 'gone') return rejected('calendar.gone', `${calendar.name} is not there any more.`);
  return calendar.mayWrite === false ? rejected('calendar.forbidden', `${calendar.name} may be read and not written.`) : null;
}

export async function retryPush(deciding: Deciding, command: Of<'push.retry'>): Promise<CommandAnswer> {
  const { writing: { tx }, organisationId, device, context, rejected, rebase, accept } = deciding;
  const [push] = await readRows(tx, organisationId, 'pushes', [command.pushId]);
  if (!push || !visibleRow(device, 'pushes', push)) return rejected('request.not_found', 'There is no such entry.');
  if (await deciding.overtaken('pushes', push, command.basedOnVersion)) return rebase(push.id);
  if (push.state === 'written' || push.state === 'differs') return rejected('command.not_possible', `It is not one that failed: ${push.state}.`);
  return accept(some<EventDraft>(draftUpdated('push.queued', 'pushes', push.weddingId, push, { state: 'queued', attempts: 0, nextAttemptAt: null }, null, context)), push.seq);
}
