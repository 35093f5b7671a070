import { sql } from 'kysely';
import { z } from 'zod';
import type { SignOnForAnswer, SignOnRequest, SignOnView } from '../../core/contract/accounts.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { EgressError } from '../../egress/http.ts';
import { sealedAbout } from './adapter.ts';
import { AUTH_PATH } from './auth.ts';
import { note, nowOf, type Context } from './context.ts';
import { accept, openInvitations } from './invitations.ts';
import { forgetProvider } from './ways.ts';

/**
 * Single sign-on at an organisation's own OpenID Connect provider. What a provider says counts for its organisation only:
 * it can let in nobody whose account is (also) somewhere else, and nobody of another domain.
 */

const Settings = z.object({
  issuer: z.string(),
  pkce: z.literal(true),
  clientId: z.string(),
  clientSecret: z.string(),
  discoveryEndpoint: z.string(),
  authorizationEndpoint: z.string(),
  tokenEndpoint: z.string(),
  jwksEndpoint: z.string(),
  userInfoEndpoint: z.string().optional(),
  tokenEndpointAuthentication: z.enum(['client_secret_basic', 'client_secret_post']),
  scopes: z.array(z.string()),
});
type Settings = z.infer<typeof Settings>;

const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});
const DISCOVERY_MS = 10_000;

const domainOf = (email: string) => email.slice(email.lastIndexOf('@') + 1).toLowerCase();
const rowOf = ({ internals }: Context, organisationId: string) => internals.database.system.selectFrom('singleSignOn').selectAll().where('organisationId', '=', organisationId).executeTakeFirst();
const redirectUrl = (base: string, providerId: string) => `${base}${AUTH_PATH}/sso/callback/${providerId}`;

function settingsOf({ internals }: Context, row: { organisationId: string; oidcConfig: string }): Settings {
  const opened = internals.vault.open(row.oidcConfig, sealedAbout(row.organisationId));
  if (!opened.ok) throw new Error(opened.error.message);
  return Settings.parse(JSON.parse(opened.value));
}

export async function signOnOf(context: Context, organisationId: string, base: string): Promise<SignOnView | null> {
  const row = await rowOf(context, organisationId);
  if (!row) return null;
  return { issuer: row.issuer, clientId: settingsOf(context, row).clientId, domain: row.domain, role: row.role, enforced: row.enforced, redirectUrl: redirectUrl(base, row.providerId) };
}

/** Asked through the guarded way out, and every address that the library will call later has to pass there too. */
async function discover({ http, config }: Context, issuer: string): Promise<z.infer<typeof Discovery> | null> {
  const plain = issuer.replace(/\/$/, '');
  try {
    const answer = await http.send({ method: 'GET', url: `${plain}/.well-known/openid-configuration`, headers: { accept: 'application/json' }, timeoutMs: DISCOVERY_MS });
    if (answer.status !== 200) return null;
    const parsed = Discovery.safeParse(JSON.parse(answer.body));
    if (!parsed.success || parsed.data.issuer.replace(/\/$/, '') !== plain) return null;
    const { authorization_endpoint, token_endpoint, jwks_uri, userinfo_endpoint } = parsed.data;
    for (const address of [authorization_endpoint, token_endpoint, jwks_uri, ...(userinfo_endpoint ? [userinfo_endpoint] : [])]) {
      const { protocol, host } = new URL(address);
      if (protocol !== 'https:' && !config.egressAllow.includes(host)) return null;
    }
    return parsed.data;
  } catch (error) {
    if (error instanceof EgressError || error instanceof SyntaxError) return null;
    throw error;
  }
}

export async function setSignOn(context: Context, organisationId: string, wanted: SignOnRequest, by: string | null): Promise<Result<null, 'sign_on.issuer_refused' | 'sign_on.domain_taken' | 'secret_missing'>> {
  const db = context.internals.database.system;
  const before = await rowOf(context, organisationId);
  const taken = await db.selectFrom('singleSignOn').select('id').where('domain', '=', wanted.domain).where('organisationId', '<>', organisationId).executeTakeFirst();
  if (taken) return err('sign_on.domain_taken');
  // A secret is for the provider that it was entered for; another one must not be sent it.
  const sameIssuer = before?.issuer === wanted.issuer;
  const clientSecret = wanted.clientSecret ?? (before && sameIssuer ? settingsOf(context, before).clientSecret : undefined);
  if (clientSecret === undefined) return err('secret_missing');
  const found = await discover(context, wanted.issuer);
  if (!found) return err('sign_on.issuer_refused');
  const settings: Settings = {
    issuer: found.issuer,
    pkce: true,
    clientId: wanted.clientId,
    clientSecret,
    discoveryEndpoint: `${found.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    authorizationEndpoint: found.authorization_endpoint,
    tokenEndpoint: found.token_endpoint,
    jwksEndpoint: found.jwks_uri,
    ...(found.userinfo_endpoint ? { userInfoEndpoint: found.userinfo_endpoint } : {}),
    tokenEndpointAuthentication: (found.token_endpoint_auth_methods_supported ?? ['client_secret_basic']).includes('client_secret_basic') ? 'client_secret_basic' : 'client_secret_post',
    scopes: ['openid', 'email', 'profile'],
  };
  const id = before?.id ?? context.ids.next();
  const row = {
    issuer: found.issuer,
    domain: wanted.domain,
    // By the library's own way the domain's name server would have to vouch; here `admits` keeps a provider to its own organisation.
    domainVerified: true,
    oidcConfig: context.internals.vault.seal(JSON.stringify(settings), sealedAbout(organisationId)),
    role: wanted.role,
    enforced: wanted.enforced,
    // Another provider names its people in its own way; what the former one said of them is void.
    providerId: before && sameIssuer ? before.providerId : context.ids.next(),
    accountId: null,
  };
  const { told } = await db.transaction().execute(async (tx) => {
    const forgotten = before && !sameIssuer ? await forgetProvider(context.internals, tx, before.providerId, by) : { told: () => undefined };
    await tx.insertInto('singleSignOn').values({ id, organisationId, ...row }).onConflict((conflict) => conflict.column('organisationId').doUpdateSet(row)).execute();
    // The organisation answers for the addresses of its own domain, as far as they are nobody else's.
    await tx
      .updateTable('accounts')
      .set({ emailVerified: true, updatedAt: nowOf(context) })
      .where('email', 'like', `%@${wanted.domain}`)
      .where((eb) => eb.exists(eb.selectFrom('memberships').select('memberships.id').whereRef('memberships.accountId', '=', 'accounts.id').where('memberships.organisationId', '=', organisationId)))
      .where((eb) => eb.not(eb.exists(eb.selectFrom('memberships').select('memberships.id').whereRef('memberships.accountId', '=', 'accounts.id').where('memberships.organisationId', '<>', organisationId))))
      .execute();
    return forgotten;
  });
  told();
  return ok(null);
}

export async function removeSignOn({ internals }: Context, organisationId: string, by: string | null): Promise<boolean> {
  const forgotten = await internals.database.system.transaction().execute(async (tx) => {
    const gone = await tx.deleteFrom('singleSignOn').where('organisationId', '=', organisationId).returning('providerId').executeTakeFirst();
    return gone ? forgetProvider(internals, tx, gone.providerId, by) : null;
  });
  forgotten?.told();
  return forgotten !== null;
}

/** What the sign-in page needs to know of an address; the same for every address of a domain, so that it tells of nobody. */
export async function signOnFor({ internals }: Context, email: string): Promise<SignOnForAnswer> {
  const row = await internals.database.system.selectFrom('singleSignOn').select('enforced').where('domain', '=', domainOf(email)).executeTakeFirst();
  return { available: row !== undefined, enforced: row?.enforced ?? false };
}

/** True when this person's organisation takes no password; owners keep theirs, as the way in when the provider is away. */
export async function passwordRefused({ internals }: Context, email: string): Promise<boolean> {
  const row = await internals.database.system
    .selectFrom('accounts')
    .innerJoin('memberships', 'memberships.accountId', 'accounts.id')
    .innerJoin('singleSignOn', 'singleSignOn.organisationId', 'memberships.organisationId')
    .select('accounts.id')
    .where('accounts.email', '=', email.toLowerCase())
    .where('memberships.role', '<>', 'owner')
    .where('singleSignOn.enforced', '=', true)
    .where('singleSignOn.domain', '=', domainOf(email))
    .executeTakeFirst();
  return row !== undefined;
}

/** The same for somebody who is not there yet. */
export async function passwordRefusedIn({ internals }: Context, organisationId: string, email: string): Promise<boolean> {
  const row = await internals.database.system.selectFrom('singleSignOn').select('id').where('organisationId', '=', organisationId).where('enforced', '=', true).where('domain', '=', domainOf(email)).executeTakeFirst();
  return row !== undefined;
}

/** Whether a provider may let this person in; a word for the address line when not. */
export async function admits({ internals }: Context, { providerId, email, accountId }: { providerId: string; email: string; accountId: string | null }): Promise<string | null> {
  const db = internals.database.system;
  const provider = await db.selectFrom('singleSignOn').select(['organisationId', 'domain']).where('providerId', '=', providerId).executeTakeFirst();
  if (!provider) return 'unknown_provider';
  if (domainOf(email) !== provider.domain) return 'other_domain';
  if (accountId === null) return null;
  const elsewhere = await db.selectFrom('memberships').select('id').where('accountId', '=', accountId).where('organisationId', '<>', provider.organisationId).limit(1).executeTakeFirst();
  const account = await db.selectFrom('accounts').select('platformAdmin').where('id', '=', accountId).executeTakeFirst();
  return elsewhere || account?.platformAdmin ? 'account_elsewhere' : null;
}

/** Makes a newcomer a member: as invited, or else with the role that is set for newcomers. */
export async function provision(context: Context, { providerId, accountId }: { providerId: string; accountId: string }): Promise<void> {
  const db = context.internals.database.system;
  const provider = await db.selectFrom('singleSignOn').select(['organisationId', 'role']).where('providerId', '=', providerId).executeTakeFirstOrThrow();
  const { organisationId } = provider;
  const member = await db.selectFrom('memberships').select('id').where('organisationId', '=', organisationId).where('accountId', '=', accountId).executeTakeFirst();
  if (member) return;
  const account = await db.selectFrom('accounts').select('email').where('id', '=', accountId).executeTakeFirstOrThrow();
  const [invited] = (await openInvitations(context, organisationId)).filter(({ email }) => email === account.email);
  if (invited) {
    const whole = await db.selectFrom('invitations').selectAll().where('id', '=', invited.id).executeTakeFirstOrThrow();
    const accepted = await accept(context, { ...whole, mailed: false }, accountId);
    if (accepted.ok) return note(context, 'membership.begun', accountId, accepted.value.membershipId, 'ok', organisationId);
  }
  const shownOut = await db.selectFrom('shownOut').select('at').where('organisationId', '=', organisationId).where('accountId', '=', accountId).executeTakeFirst();
  if (shownOut) return note(context, 'membership.provisioned', accountId, organisationId, 'shown_out', organisationId);
  const id = context.ids.next();
  await db
    .insertInto('memberships')
    .values({ id, organisationId, accountId, role: provider.role, weddingId: null, contactId: null, bookingIds: sql<never>`'[]'::jsonb`, createdAt: nowOf(context) })
    .onConflict((conflict) => conflict.columns(['organisationId', 'accountId']).doNothing())
    .execute();
  note(context, 'membership.provisioned', accountId, id, 'ok', organisationId);
}
