import { INTAKE_ALIASES, INTAKE_PREFIX } from '../../core/domain/intake/aliases.ts';
import { callsComeIn } from '../../core/vendors/manifest.ts';
import { VENDORS } from '../../core/vendors/registry.ts';

/**
 * The addresses that other systems call. They are no endpoints of the map: who calls proves itself in the vendor's own way,
 * and what is sent has the vendor's own shape.
 */

type Json = Readonly<Record<string, unknown>>;

export const WEBHOOKS = 'Webhooks of other systems';

const PROOF = 'Opened by the proof of the system itself (signature, token), never by a device token. Nothing is read before it holds.';
const ANSWERED = 'Answered after the delivery was stored; the same again is a duplicate. Some systems are answered in their own words instead.';
const BODY = { 'application/json': { schema: {} }, 'application/x-www-form-urlencoded': { schema: {} }, '*/*': { schema: {} } };
const KEY = { type: 'string', pattern: '^[A-Za-z0-9_-]{8,200}$' };

const calling = (): string[] => {
  const own = [...VENDORS.values()].filter(({ manifest, webhook }) => callsComeIn(manifest) && webhook);
  return own.map(({ manifest }) => manifest.id).sort();
};

const parameters = (): Json[] => [
  { name: 'system', in: 'path', required: true, schema: { type: 'string', enum: calling() } },
  { name: 'connection', in: 'path', required: true, description: 'The last part of the address that stands with the connection.', schema: KEY },
];

const RESPONSES: readonly (readonly [number, string])[] = [
  [400, 'The body is not what it says it is.'],
  [401, 'The proof is missing or does not hold, or is too old.'],
  [404, 'There is no such address.'],
  [410, 'The connection of this address was removed: stop calling it.'],
  [413, 'The body is too large.'],
  [415, 'This media type is not taken.'],
  [429, 'Too many; `Retry-After` says when again.'],
  [503, 'It could not be stored; `Retry-After` says when again.'],
];

/** `receipt`, `problem` = schemas by reference. Addresses begin with `/api`; {@link INTAKE_PREFIX} is the one that the console shows. */
export function webhookPaths(receipt: Json, problem: Json): Record<string, Record<string, Json>> {
  const refused = (description: string): Json => ({ description, content: { 'application/problem+json': { schema: problem } } });
  const responses = Object.fromEntries(RESPONSES.map(([status, words]) => [String(status), refused(words)]));
  const common = { tags: [WEBHOOKS], 'x-roles': [], security: [], parameters: parameters() };
  const deliver = (operationId: string, summary: string): Json => ({
    ...common,
    operationId,
    summary,
    description: `${PROOF} ${ANSWERED}`,
    requestBody: { required: true, description: 'As the system sends it.', content: BODY },
    responses: {
      200: { description: 'Stored, or known already.', content: { 'application/json': { schema: receipt } } },
      ...responses,
      default: refused('Any other error.'),
    },
  });
  const paths: Record<string, Record<string, Json>> = {};
  for (const prefix of INTAKE_ALIASES.filter((one) => one.startsWith('/api/'))) {
    const own = prefix === INTAKE_PREFIX;
    const name = prefix.replace(/^\/api\//, '').replace(/\W+(\w)/g, (_all, letter: string) => letter.toUpperCase());
    const post = own
      ? deliver('webhook', 'Deliver a webhook of another system')
      : deliver(`webhookAt${name.slice(0, 1).toUpperCase()}${name.slice(1)}`, `The same at another name: ${prefix}`);
    const get = {
      ...common,
      operationId: 'webhookHandshake',
      summary: 'Answer the question whether the address is ours',
      description: `Asked by some systems before they deliver. ${PROOF}`,
      responses: {
        200: { description: 'What the system wants to hear.', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...responses,
        default: refused('Any other error.'),
      },
    };
    paths[`${prefix}/{system}/{connection}`] = own ? { post, get } : { post };
  }
  return paths;
}
