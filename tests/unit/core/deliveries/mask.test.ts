import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { covered, coverText } from '../../../../core/domain/deliveries/cover.ts';
import { coverJson } from '../../../../core/domain/deliveries/coverJson.ts';
import { maskBody } from '../../../../core/domain/deliveries/mask.ts';

const json = (bodyText: string, masks: readonly string[] = []) => maskBody({ bodyText, mediaType: 'application/json', origin: 'webhook' }, masks);

describe('free text', () => {
  it.each([
    ['write to amara.o+wed@mail.example.co.uk today', `write to ${covered('e-mail')} today`],
    ['?contact=amara%40example.org&x=1', `?contact=${covered('e-mail')}&x=1`],
    ['call +44 20 7946 0958.', `call ${covered('phone')}.`],
    ['call (0)20 7946 0958', `call ${covered('phone')}`],
    ['call 07946 095812', `call ${covered('phone')}`],
    ['call 415-555-0132', `call ${covered('phone')}`],
    ['card 4242 4242 4242 4242', `card ${covered('card')}`],
    ['card 4242424242424242', `card ${covered('card')}`],
  ])('%s', (text, told) => expect(coverText(text)).toBe(told));

  it.each(['2026-11-20T13:05:00.000Z', '20.11.2026 13:05', '1732104300', '1732104300123', '0192a7c0-0000-7000-8000-000000000000', 'evt_1QABcd2345678901', '120000', '£1,200.00', '10 000 000', 'v2.14.0', '192.168.100.200', '2026-11-20 12:00:00'])(
    'leaves %s',
    (text) => expect(coverText(text)).toBe(text),
  );
});

describe('JSON', () => {
  it('covers fields by name at any depth, whatever they hold, and leaves every other byte', () => {
    const body = '{ "id":12345678901234567890,"data":{"object":{"name":"Amara","receipt_email":{"a":[1,{"b":2}]},"list":[{"Receipt-Email":"x"}],"amount":1e5}} , "email":null}';
    expect(json(body, ['receipt_email', 'name', 'email'])).toBe(
      '{ "id":12345678901234567890,"data":{"object":{"name":"••• (covered)","receipt_email":"••• (covered)","list":[{"Receipt-Email":"••• (covered)"}],"amount":1e5}} , "email":null}',
    );
  });

  it('covers what looks like an address within texts, names and JSON within texts', () => {
    const inner = JSON.stringify({ email: 'zoe@example.org', note: 'ring +44 20 7946 0958' });
    expect(JSON.parse(json(JSON.stringify({ payload: inner, 'a@example.org': 1, token: 'abc' }), ['email']))).toEqual({
      payload: '{"email":"••• (covered)","note":"ring ••• (phone)"}',
      '••• (e-mail)': 1,
      token: '••• (covered)',
    });
  });

  it('reads escapes as what they are', () => {
    expect(json('{"a":"zo\\u0065\\u0040example.org","n\\u0061me":"x"}', ['name'])).toBe('{"a":"••• (e-mail)","n\\u0061me":"••• (covered)"}');
  });

  it('is not stopped by depth', () => {
    const deep = `${'{"a":'.repeat(50_000)}"zoe@example.org"${'}'.repeat(50_000)}`;
    expect(json(deep)).not.toContain('zoe@');
  });

  it('covers the original of a mail, and long encoded lines anywhere', () => {
    const mail = JSON.stringify({ subject: 'Enquiry', original: 'From: zoe\r\n\r\nem9lQGV4YW1wbGUub3Jn', text: 'hello' });
    expect(JSON.parse(maskBody({ bodyText: mail, mediaType: 'application/json', origin: 'mail' }, []))).toEqual({ subject: 'Enquiry', original: '••• (covered)', text: 'hello' });
    expect(json(JSON.stringify({ file: `${'QUJD'.repeat(19)}\r\n${'QUJD'.repeat(19)}` }))).toBe('{"file":"••• (encoded)"}');
  });

  test('any JSON stays JSON of the same shape, and nothing masked is left in it', () => {
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof({ depthSize: 'small' }, fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('any'), { maxLength: 4 }), fc.dictionary(fc.constantFrom('secretField', 'plain', 'other "one"'), tie('any'), { maxKeys: 3 })),
    })).any;
    const shape = (one: unknown, masked: boolean): unknown => {
      if (masked) return one === null ? null : 'masked';
      if (Array.isArray(one)) return one.map((inner) => shape(inner, false));
      if (one !== null && typeof one === 'object') return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, shape(inner, name === 'secretField')]));
      return typeof one;
    };
    fc.assert(
      fc.property(fc.array(value), fc.constantFrom(0, 2), (body, indent) => {
        const told = JSON.parse(json(JSON.stringify(body, null, indent), ['secret_field'])) as unknown;
        expect(shape(told, false)).toEqual(shape(body, false));
      }),
    );
  });

  test('without anything to cover the text is the same, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 2), (body, indent) => {
        const text = JSON.stringify(body, null, indent);
        expect(coverJson(text, () => false, (one) => one)).toBe(coverText(text) === text ? text : coverJson(text, () => false, (one) => one));
      }),
    );
  });

  it('says when it is no JSON', () => {
    for (const text of ['', 'plain', '{"a', '{"a":"x', '{"masked":[1']) expect(coverJson(text, (name) => name === 'masked', (one) => one)).toBeNull();
  });
});

it('tells a form decoded, masked by any part of a name', () => {
  const body = 'From=%2B442079460958&contact%5Bfirst_name%5D=Amara&Body=mail+me%3A+zoe%40example.org&payload=%7B%22token%22%3A%22t%22%7D&empty=&bad=%zz';
  expect(maskBody({ bodyText: body, mediaType: 'application/x-www-form-urlencoded', origin: 'webhook' }, ['from', 'firstName']).split('\n')).toEqual([
    'From=••• (covered)',
    'contact[first_name]=••• (covered)',
    'Body=mail me: ••• (e-mail)',
    'payload={"token":"••• (covered)"}',
    'empty=',
    'bad=%zz',
  ]);
});

it('covers what it can in text that is neither', () => {
  const masked = maskBody({ bodyText: '<lead><name>Amara</name><x:phone kind="m">12</x:phone></lead> {"name": "Zoe", token=abc ', mediaType: 'text/xml', origin: 'webhook' }, ['name', 'phone']);
  for (const gone of ['Amara', '>12<', 'Zoe', 'abc']) expect(masked).not.toContain(gone);
});

it('is quick with whatever comes', () => {
  const began = performance.now();
  for (const body of ['"@'.repeat(500_000), 'a@'.repeat(500_000), '1 '.repeat(700_000), 'A'.repeat(1_500_000), '{"a":'.repeat(200_000), '+'.repeat(1_000_000), `name=${'x='.repeat(500_000)}`, `<a>${'<'.repeat(500_000)}`, '%40'.repeat(300_000)]) {
    for (const mediaType of ['application/json', 'application/x-www-form-urlencoded', 'text/plain']) maskBody({ bodyText: body, mediaType, origin: 'webhook' }, ['name']);
  }
  expect(performance.now() - began).toBeLessThan(20_000);
});
