import type { CollectionName } from '../../core/contract/record.ts';
import { may, type Action } from '../../core/domain/access/may.ts';
import { seesAnyOf } from '../../core/domain/access/rows.ts';
import { useConsole } from '../state/store.ts';

/**
 * The server's own matrix, so that nothing is offered that would be refused. Not a lock: before the server has said what
 * this device is, everything is offered and the server refuses.
 */
export const useMay = (action: Action): boolean => useConsole(({ access, record }) => access === null || may({ ...access, organisationId: record?.organisation.id ?? '' }, action).allowed);

/** Whether this device may be told of any such row; what it may not has no place on its screen. */
export const useSees = (collection: CollectionName): boolean => useConsole(({ access }) => access === null || seesAnyOf(access, collection));
