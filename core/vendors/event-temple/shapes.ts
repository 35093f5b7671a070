import { z } from 'zod';

/** JSON:API, as Event Temple says it follows it. Which attributes a resource has is not published: they are read loosely. */

const id = z.union([z.string().min(1).max(64), z.int()]).transform(String);
const Identifier = z.object({ id });
/** One, several or none; left out where only a link is given. */
const Relation = z.object({ data: z.union([Identifier, z.array(Identifier)]).nullish() });

export const Resource = z.object({
  id,
  attributes: z.record(z.string(), z.unknown()),
  relationships: z.record(z.string(), Relation.nullish().catch(null)).nullish(),
});
export type Resource = z.infer<typeof Resource>;

export const One = z.object({ data: Resource });
export const Page = z.object({ data: z.array(Resource), meta: z.object({ after_cursor: z.string().nullish() }).nullish() });
