import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HTTP } from '../../../core/contract/http.ts';
import { admitIn } from '../../../server/accounts/entering.ts';
import { deleteAccount, endMembership, type Member } from '../../../server/accounts/members.ts';
import { createAccounts, type Accounts } from '../../../server/accounts/accounts.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { OWNER } from '../../../server/store/devices.ts';
import { actorOf } from '../../../server/store/store.ts';
import { furnish, letIn } from '../../support/house.ts';
import { joined } from '../../support/people.ts';
import { testApp, testConfig, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';

/** What happens in the same moment as somebody is shown out; several connections are needed to see it. */

describe.skipIf(process.env['WEDSYNC_TEST_DATABASE_URL'] === undefined)('members in the same moment', () => {
  let t: TestStore;
  let app: TestApp;
  let accounts: Accounts;
  let owner: { url: string; headers: Record<string, string>; deviceId: string };

  beforeAll(async () => {
    t = await openTestStore();
    const config = testConfig({ signInPerMinute: 10_000 });
    app = testApp(t.store, { config });
    const { internals } = t.store;
    accounts = createAccounts({ internals, store: t.store, config, clock: internals.clock, ids: internals.ids, log: t.log, http: createEgressHttp({ allow: [], log: t.log }) });
    owner = { url: await app.listen(), ...(await letIn(t.store, t.organisation.id, OWNER)) };
  });
  afterAll(async () => {
    await accounts.close();
    await app.app.close();
    await t.cleanup();
  });

  const db = () => t.store.internals.database.system;
  const memberOf = (id: string): Promise<Member> => db().selectFrom('memberships').select(['id', 'organisationId', 'accountId', 'role']).where('id', '=', id).executeTakeFirstOrThrow();
  const moment = () => new Promise((resolve) => setTimeout(resolve, 300));

  test.each(['membership', 'account'] as const)('a device that is let in while the %s ends does not stay', async (what) => {
    const { membershipId } = await joined(owner, `race-${what}@example.org`, 'coordinator');
    const member = await memberOf(membershipId);
    let ending: Promise<unknown> = Promise.resolve();
    const entered = await db().transaction().execute(async (tx) => {
      const made = await admitIn(accounts.context, tx, membershipId, { name: 'Quick', kind: 'desktop' }, null);
      ending = what === 'membership' ? endMembership(accounts.context, member, 'shown_out') : deleteAccount(accounts.context, member.accountId);
      await moment();
      return made;
    });
    expect(await ending).toMatchObject({ ok: true });
    expect(await t.store.authenticate(entered?.token ?? '')).toEqual({ ok: false, error: 'auth.revoked' });
  });

  test('nor one that is let in while the person is erased', async () => {
    const house = await furnish(t.store, t.organisation.id);
    const { membershipId } = await joined(owner, 'fern@example.org', 'vendor', { weddingId: house.here, contactId: house.florist });
    let erasing: Promise<unknown> = Promise.resolve();
    const entered = await db().transaction().execute(async (tx) => {
      const made = await admitIn(accounts.context, tx, membershipId, { name: 'Quick', kind: 'desktop' }, null);
      erasing = createPrivacy(t.store.internals).erase({ organisationId: t.organisation.id, contactId: house.florist, reason: 'asked_by_person', actor: actorOf(t.device) });
      await moment();
      return made;
    });
    expect(await erasing).toMatchObject({ ok: true });
    expect(await t.store.authenticate(entered?.token ?? '')).toEqual({ ok: false, error: 'auth.revoked' });
  });

  test('two owners who remove each other at once: one stays', async () => {
    const one = await joined(owner, 'one@example.org', 'owner');
    const two = await joined(owner, 'two@example.org', 'owner');
    await fetch(owner.url + HTTP.revoke.path.replace(':id', owner.deviceId), { method: 'POST', headers: owner.headers });
    await db().updateTable('devices').set({ revokedAt: new Date().toISOString() }).where('membershipId', 'is', null).execute();
    const [a, b] = await Promise.all([memberOf(one.membershipId), memberOf(two.membershipId)]);
    const ended = await Promise.all([endMembership(accounts.context, a, 'shown_out'), endMembership(accounts.context, b, 'shown_out')]);
    expect(ended.filter((each) => each.ok)).toHaveLength(1);
  });

  test('what somebody was when they were looked up does not count, only what they are', async () => {
    const last = await db().selectFrom('memberships').select('id').where('role', '=', 'owner').executeTakeFirstOrThrow();
    const stale: Member = { ...(await memberOf(last.id)), role: 'staff' };
    expect(await endMembership(accounts.context, stale, 'shown_out')).toEqual({ ok: false, error: 'auth.last_owner' });
  });
});
