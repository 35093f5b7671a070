import { describe, expect, it } from 'vitest';
import { addressOf, canonicalPath } from '../../../core/vendors/davAddresses.ts';
import { namesCondition, readMultistatus, readWritten, strongEtag } from '../../../core/vendors/davAnswers.ts';
import { askBetween, askChanges, askEntries, makeCalendar, putEntry, removeEntry } from '../../../core/vendors/davRequests.ts';
import { CALDAV, childOf, DAV, parseXml, textOf, xmlText, type XmlElement } from '../../../core/vendors/davXml.ts';

const base = addressOf('https://dav.example.test/ada/')!;
const read = (text: string): XmlElement => {
  const parsed = parseXml(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
};

describe('XML from outside', () => {
  it('is read by its namespaces, whatever the prefixes', () => {
    const root = read('<?xml version="1.0"?>\n<q:multistatus xmlns:q="DAV:" xmlns="urn:other"><href>/evil</href><q:href> /a&amp;b&#13; </q:href><q:x><![CDATA[1 < 2]]></q:x></q:multistatus>');
    expect([root.ns, root.name]).toEqual([DAV, 'multistatus']);
    expect(textOf(childOf(root, DAV, 'href'))).toBe('/a&b');
    expect(childOf(root, DAV, 'x')?.text).toBe('1 < 2');
  });

  it.each([
    ['entities of its own', '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'],
    ['a file of this machine', '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'],
    ['a document type alone', '<!DOCTYPE html><x/>'],
    ['an entity that nobody knows', '<x>&nbsp;</x>'],
    ['a page', '<html><br></html>'],
    ['half of it', '<d:multistatus xmlns:d="DAV:"><d:response><d:href>/a'],
    ['two roots', '<x/><y/>'],
    ['a prefix that is not declared', '<d:x/>'],
    ['more attributes than anybody writes', `<x${Array.from({ length: 101 }, (_, n) => ` a${n}="1"`).join('')}/>`],
    ['nothing', ''],
    ['depth', '<x>'.repeat(100) + '</x>'.repeat(100)],
    ['great depth, never ended', '<x>'.repeat(300_000)],
  ])('%s is refused', (_what, text) => expect(parseXml(text)).toEqual({ ok: false, error: 'broken' }));

  it.each([
    ['long text', `<x>${'a'.repeat(6_000_001)}</x>`],
    ['many elements', `<x>${'<y/>'.repeat(260_000)}</x>`],
  ])('%s is too large', (_what, text) => expect(parseXml(text)).toEqual({ ok: false, error: 'too_large' }));

  it('names from outside change no object', () => {
    const root = read('<x><__proto__ a="1"><constructor/></__proto__></x>');
    expect(root.children[0]?.name).toBe('__proto__');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('what we say stays text', () => {
    const text = '<&>"\'\r\n\u0000\uD800 ok';
    expect(read(`<x a="${xmlText(text)}">${xmlText(text)}</x>`).text).toBe('<&>"\'\r\n\uFFFD ok');
  });
});

describe('addresses', () => {
  it.each([
    ['https://DAV.example.test', 'https://dav.example.test/'],
    ['https://p42-caldav.icloud.com:443/1/calendars/', 'https://p42-caldav.icloud.com/1/calendars/'],
    ['https://h.test:8443/a?b#c', 'https://h.test:8443/a'],
    ['/b/c d', null],
    ['/b/%40x', 'https://dav.example.test/b/%40x'],
    ['/b/@x', 'https://dav.example.test/b/%40x'],
    ['relative', null],
    ['//evil.test/', null],
    ['https://user:pw@h.test/', null],
    ['https://dav.example.test\\@evil.test/', null],
    ['https://evil.test%2F.dav.example.test/', null],
    ['https://dav.example.test/a/../../b', null],
    ['/a/%2e%2e/b', null],
    ['/a/%00', null],
    ['/a/%ff', null],
    ['ftp://h.test/', null],
    ['javascript:alert(1)', null],
  ])('%s is %s', (text, url) => {
    const address = addressOf(text, base);
    expect(address === null ? null : `${address.origin}${address.path}`).toBe(url);
    // The host that we have read is the one that every other reader finds.
    if (address !== null && url !== null) expect(new URL(`${address.origin}${address.path}`).hostname).toBe(address.host);
  });

  it('one path has one spelling', () => {
    expect(new Set(['/a/é x.ics', '/a/%C3%A9%20x.ics', '/a/%c3%a9%20x.ics'].map(canonicalPath)).size).toBe(1);
    expect(canonicalPath('/a%2Fb')).toBe('/a%2Fb');
  });
});

describe('requests', () => {
  it('are whole documents with everything from outside as text', () => {
    for (const request of [askChanges('/c/', '</d:sync-token><evil/>'), askEntries('/c/', ['/c/<a>&.ics']), makeCalendar('/c/', { name: '</d:displayname>', colour: '#aabbcc' }), askBetween('/c/', 0, 86_400_000)]) {
      const root = read(request.body ?? '');
      expect(JSON.stringify(root)).not.toContain('"name":"evil"');
      expect(request.headers['content-type']).toBe('application/xml; charset=utf-8');
    }
    expect(textOf(childOf(read(askChanges('/c/', 'a&b').body ?? ''), DAV, 'sync-token'))).toBe('a&b');
    expect(askBetween('/c/', 0, 86_400_000).body).toContain('start="19700101T000000Z" end="19700102T000000Z"');
  });

  it('write only under a condition', () => {
    expect(putEntry('/c/a.ics', 'BEGIN', 'new').headers).toEqual({ 'content-type': 'text/calendar; charset=utf-8', 'if-none-match': '*' });
    expect(putEntry('/c/a.ics', 'BEGIN', { etag: '"1"' }).headers['if-match']).toBe('"1"');
    expect(removeEntry('/c/a.ics', '"1"')).toEqual({ method: 'DELETE', path: '/c/a.ics', headers: { 'if-match': '"1"' } });
  });
});

describe('answers', () => {
  const list = (inner: string) => readMultistatus(`<multistatus xmlns="DAV:" xmlns:c="${CALDAV}">${inner}</multistatus>`, base);

  it('take only properties that were had, and hrefs that lead somewhere', () => {
    const read = list(
      '<response><href>a/b</href><propstat><prop><getetag>"x"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>' +
        '<response><href>/ada/a.ics</href><propstat><prop><getetag>"1"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat><propstat><prop><displayname>x</displayname></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>' +
        '<response><href>/ada/b.ics</href><status>HTTP/1.1 404 Not Found</status></response><sync-token>t1</sync-token>',
    );
    if (!read.ok) throw new Error(read.error);
    const [first, second] = read.value.responses;
    expect([read.value.responses.length, read.value.syncToken, first?.address.path, second?.status]).toEqual([2, 't1', '/ada/a.ics', 404]);
    expect(textOf(first?.prop(DAV, 'getetag'))).toBe('"1"');
    expect(first?.prop(DAV, 'displayname')).toBeNull();
  });

  it('tell what became of a write', () => {
    const answered = (status: number, body = '', headers = {}) => readWritten({ status, headers, body });
    expect(answered(201, '', { etag: '"1"' })).toEqual({ kind: 'written', etag: '"1"' });
    // A weak one, and none: it has to be read again before the next write.
    expect(answered(204, '', { etag: 'W/"1"' })).toEqual({ kind: 'written', etag: null });
    expect(answered(204)).toEqual({ kind: 'written', etag: null });
    const conflict = `<d:error xmlns:d="DAV:" xmlns:c="${CALDAV}"><c:no-uid-conflict><d:href>/x</d:href></c:no-uid-conflict></d:error>`;
    expect([answered(412), answered(404), answered(403, conflict), answered(403), answered(405), answered(507)].map((one) => one.kind)).toEqual(['overtaken', 'gone', 'uid_taken', 'forbidden', 'forbidden', 'failed']);
    expect(namesCondition('<html>', DAV, 'valid-sync-token')).toBe(false);
    expect(strongEtag('"a"b"')).toBeNull();
  });
});
