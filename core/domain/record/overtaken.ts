import type { Change } from './changes.ts';
import type { Mapping } from './view.ts';

/** What became of a row after a delivery came: by newer deliveries, or by a person. */
export interface Later {
  /** It was taken away, and stays away. */
  readonly gone: boolean;
  /** Fields that were set since. */
  readonly fields: ReadonlySet<string>;
}

/**
 * An old delivery that is worked on again must not undo what was told since. Where both versions are known they decide
 * (`isStale`); elsewhere the fields that were set since are left out, and with them a change that has nothing else to say.
 *
 * @param later of a row of ours; null = nothing happened to it since
 */
export function withoutOvertaken(changes: readonly Change[], mapping: (type: string, id: string) => Mapping | null, later: (rowId: string) => Later | null): Change[] {
  return changes.flatMap((change): Change[] => {
    const mapped = mapping(change.remote.type, change.remote.id);
    if (!mapped || (change.remote.version !== null && mapped.remoteVersion !== null)) return [change];
    const since = later(mapped.id);
    if (!since) return [change];
    if (since.gone || ('deleted' in change && change.deleted === true)) return [];
    const told = Object.entries(change.fields);
    const left = told.filter(([field]) => !since.fields.has(field));
    if (left.length === told.length) return [change];
    // Whether somebody may be mailed goes by its own time, and is never too late.
    const says = change.kind === 'contact' && change.consent ? change.consent : null;
    return left.length === 0 && says === null ? [] : [{ ...change, fields: Object.fromEntries(left) }];
  });
}
