import { codedError, type CodedError } from '../../contract/errors.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Resource } from './model.ts';

/** Resources with what they are made of. Whatever takes time takes it of leaves: of what has no parts of its own. */
export interface Resources {
  get(id: string): Resource | undefined;
  /** The leaves of a resource, in order of their ids; itself where it has no parts. Empty = there is no such resource. */
  leaves(id: string): readonly string[];
  readonly all: readonly Resource[];
}

/** Errors: `conflicts.parts_circular`, `conflicts.part_unknown`. */
export function createResources(all: readonly Resource[]): Result<Resources, CodedError> {
  const byId = new Map(all.map((resource) => [resource.id, resource]));
  const leavesOf = new Map<string, readonly string[]>();

  function settle(id: string, above: readonly string[]): Result<readonly string[], CodedError> {
    const known = leavesOf.get(id);
    if (known) return ok(known);
    const resource = byId.get(id);
    if (!resource) return err(codedError('conflicts.part_unknown', `A part of ${nameOf(above.at(-1))} does not exist.`));
    if (above.includes(id)) return err(codedError('conflicts.parts_circular', `${resource.name} would be a part of itself.`));
    if (resource.parts.length === 0) {
      leavesOf.set(id, [id]);
      return ok([id]);
    }
    const found = new Set<string>();
    for (const part of resource.parts) {
      const leaves = settle(part, [...above, id]);
      if (!leaves.ok) return leaves;
      for (const leaf of leaves.value) found.add(leaf);
    }
    const sorted = [...found].sort();
    leavesOf.set(id, sorted);
    return ok(sorted);
  }
  const nameOf = (id: string | undefined): string => byId.get(id ?? '')?.name ?? 'a resource';

  for (const { id } of all) {
    const settled = settle(id, []);
    if (!settled.ok) return settled;
  }
  return ok({ get: (id) => byId.get(id), leaves: (id) => leavesOf.get(id) ?? [], all });
}
