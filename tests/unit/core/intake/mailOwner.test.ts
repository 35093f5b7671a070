import { describe, expect, it } from 'vitest';
import { CLAIMS, ownerOf, type Claim } from '../../../../core/domain/intake/mailOwner.ts';
import { claimOf, siteOf, type MailSite } from '../../../../core/vendors/mailSites.ts';

const all = (claims: Readonly<Record<string, Claim>>) => Object.entries(claims).map(([connectionId, claim]) => ({ connectionId, claim }));

describe('whose a mail is', () => {
  it.each<[string, Readonly<Record<string, Claim>>, string, string | null]>([
    ['alone, with nothing said', { a: 'open' }, 'a', 'a'],
    ['named before site', { a: 'site', b: 'named' }, 'a', 'b'],
    ['site before open', { a: 'open', b: 'site' }, 'a', 'b'],
    ['two are named: its address', { a: 'named', b: 'named' }, 'b', 'b'],
    ['two are named, a third was written to', { a: 'named', b: 'named', c: 'open' }, 'c', null],
    ['nothing said: its address', { a: 'open', b: 'open' }, 'b', 'b'],
    ['of another site: who is for all', { a: 'other', b: 'open' }, 'a', 'b'],
    ['of another site, and nobody is for it', { a: 'other' }, 'a', null],
    ['it does not say, and its address is for one site', { a: 'unclear', b: 'open' }, 'a', null],
  ])('%s', (_what, claims, cameTo, owner) => {
    expect(ownerOf(all(claims), cameTo)).toBe(owner);
  });

  it('does not depend on the order of the connections, and never gives it to one that is for another site', () => {
    for (const a of CLAIMS) for (const b of CLAIMS) for (const c of CLAIMS) {
      const claims = all({ a, b, c });
      const owner = ownerOf(claims, 'a');
      expect(ownerOf([...claims].reverse(), 'a')).toBe(owner);
      expect(claims.find((one) => one.connectionId === owner)?.claim).not.toBe('other');
    }
  });
});

const SITES: readonly MailSite[] = [
  { id: 'one', name: 'One', domains: ['one.example'], called: /\bsite one\b/i },
  { id: 'two', name: 'Two', domains: ['two.example'], called: /\bsite two\b/i },
];
const mail = (fields: Partial<Parameters<typeof siteOf>[0]> = {}) => ({ from: 'leads@company.example', fromName: null, subject: 'A lead', text: 'Name: Kit', ...fields });

describe('of which site a mail is', () => {
  it('its subject or sender says, then its domain, then its words; several or none say nothing', () => {
    expect(siteOf(mail({ subject: 'Lead from Site Two', from: 'a@mail.one.example' }), SITES)?.id).toBe('two');
    expect(siteOf(mail({ from: 'a@mail.one.example', text: 'See Site Two' }), SITES)?.id).toBe('one');
    expect(siteOf(mail({ text: 'Sent by Site Two.' }), SITES)?.id).toBe('two');
    expect(siteOf(mail({ text: 'Site One and Site Two are of one company.' }), SITES)).toBeNull();
    expect(siteOf(mail({ from: 'a@notone.example' }), SITES)).toBeNull();
  });

  it('a connection claims it by its business, its site, or not', () => {
    const claim = (fields: Parameters<typeof mail>[0], settings: Readonly<Record<string, string>>) => claimOf(mail(fields), settings, SITES);
    expect(claim({ text: 'A lead for Château d’Été!' }, { vendorName: "Chateau d'Ete" })).toBe('named');
    // A name is a whole one.
    expect(claim({ text: 'A lead for Millhallow' }, { vendorName: 'Mill' })).toBe('open');
    expect(claim({ subject: 'Site One' }, { mailSite: 'one' })).toBe('site');
    expect(claim({ subject: 'Site One', text: 'for Mill Hall' }, { mailSite: 'two', vendorName: 'Mill Hall' })).toBe('other');
    expect([claim({}, { mailSite: 'one' }), claim({}, { mailSite: 'all' }), claim({}, {})]).toEqual(['unclear', 'open', 'open']);
  });
});
