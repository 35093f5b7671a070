import type { Command, CommandAnswer } from '../../../core/contract/commands.ts';
import { wrongWay } from '../../../core/domain/conflicts/rules.ts';
import { draftCreated, draftUpdated } from '../../../core/domain/record/drafts.ts';
import { readRows } from '../rows.ts';
import type { Deciding } from './deciding.ts';

/** What clashes in this house. What stands is judged anew by it in the same commit (`server/store/taking/consequences.ts`). */
export async function saveRules({ writing: { tx }, organisationId, context, rejected, rebase, accept }: Deciding, command: Extract<Command, { type: 'rules.save' }>): Promise<CommandAnswer> {
  const { houseId, basedOnVersion, levels, travel } = command;
  if (houseId !== organisationId) return rejected('request.not_found', 'That is another house.');
  const [current] = await readRows(tx, organisationId, 'houseRules', [organisationId]);
  if (!current && basedOnVersion !== null) return rejected('request.not_found', 'This house has said nothing of what clashes yet.');
  if (current && current.version !== basedOnVersion) return rebase(current.id);
  const ways = travel.ways.map(({ from, to, minutes }) => ({ from: from.trim(), to: to.trim(), minutes }));
  const wrong = wrongWay(ways);
  if (wrong) return rejected('command.not_possible', WRONG[wrong.why](wrong.from, wrong.to));
  const fields = { levels, travel: { usualMinutes: travel.usualMinutes, ways } };
  const draft = current
    ? draftUpdated('rules.updated', 'houseRules', null, current, fields, null, context)
    : draftCreated('rules.created', 'houseRules', null, { id: organisationId, ...fields }, null, context);
  return accept(draft ? [draft] : [], current?.seq ?? 0);
}

const WRONG = {
  twice: (from: string, to: string) => `The way between ${from} and ${to} is named twice.`,
  nowhere: (from: string) => `The way from ${from} leads nowhere else.`,
  unnamed: () => 'A way needs the names of both places.',
} as const;
