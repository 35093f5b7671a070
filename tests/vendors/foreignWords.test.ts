import { describe, expect, it } from 'vitest';
import type { Http, HttpResponse } from '../../core/ports/ports.ts';
import { lookUp, objectAt } from '../../core/vendors/fields.ts';
import { VENDORS } from '../../core/vendors/registry.ts';
import type { Normalise } from '../../core/vendors/vendor.ts';
import { knownZone } from '../../core/vendors/wallTime.ts';
import { guessColumns } from '../../server/systems/imports.ts';
import { expectFits } from '../conformance/fits.ts';
import type { VendorSamples } from '../conformance/samples.ts';
import { prototypeIsClean } from '../fuzz/oracle.ts';
import { clockAt, stored } from './ports.ts';

/** Words that every object answers to, as a foreign system may use them for its states, kinds, names and ids. */
const WORDS = ['constructor', '__proto__', 'toString'];
/** What an answer of an object's own methods looks like once it is text. */
const LEAKED = /native code|\[object |function/;

const loaded = await Promise.all([...VENDORS.keys()].map(async (id) => ((await import(`./${id}/samples.ts`)) as { samples: VendorSamples }).samples));

/** A JSON text with one of its texts, or one of its names, being `word`; each of them in turn. */
function* withWord(json: string, word: string): Generator<string> {
  const put = JSON.stringify(word);
  for (const match of json.matchAll(/"(?:[^"\\]|\\.)*"/g)) yield `${json.slice(0, match.index)}${put}${json.slice(match.index + match[0].length)}`;
}

function* formWithWord(form: string, word: string): Generator<string> {
  const pairs = form.split('&');
  for (const [at, pair] of pairs.entries()) {
    const [name = '', value = ''] = pair.split('=');
    yield pairs.with(at, `${name}=${word}`).join('&');
    yield pairs.with(at, `${word}=${value}`).join('&');
  }
}

function expectHarmless(meant: Awaited<ReturnType<Normalise>>, from: string): void {
  if (meant.ok && meant.value.kind === 'changes') meant.value.changes.forEach(expectFits);
  expect(JSON.stringify(meant), from).not.toMatch(LEAKED);
  expect(prototypeIsClean()).toBe(true);
}

/** Of long texts some places, others for each word. */
const FEW = 30;
const some = (all: Iterable<string>, word: string): string[] => {
  const list = [...all];
  const stride = Math.ceil(list.length / FEW);
  return list.filter((_one, at) => at % stride === WORDS.indexOf(word) % stride);
};

const ANSWERED: (samples: VendorSamples, change: (body: string) => string) => Http = ({ reread }, change) => ({
  send({ url }) {
    const body = reread?.answers.get(new URL(url).pathname);
    return Promise.resolve({ status: body === undefined ? 404 : 200, headers: {}, body: change(JSON.stringify(body ?? {})) });
  },
});

describe.each(loaded.map((samples) => [samples.vendor.manifest.id, samples] as const))('%s', (_id, samples) => {
  const { vendor, access, nowMs } = samples;
  const { settings } = access;

  it('takes no word of its own language for one of ours', () => {
    for (const word of WORDS) {
      for (const { body, mediaType } of samples.deliveries) {
        const changed = mediaType === 'application/json' ? withWord(body, word) : formWithWord(body, word);
        for (const bodyText of some(changed, word)) expectHarmless(vendor.webhook!.normalise(stored(bodyText, { mediaType, settings })), bodyText);
        expectHarmless(vendor.webhook!.normalise(stored(body, { mediaType, settings, vendorEvent: word })), body);
      }
      for (const entry of samples.feed?.entries ?? []) for (const body of some(withWord(JSON.stringify(entry), word), word)) expectHarmless(vendor.feed!.normalise(stored(body, { settings })), body);
      for (const mail of samples.mail?.mails ?? []) for (const body of some(withWord(JSON.stringify(mail), word), word)) expectHarmless(vendor.mail!.normalise(stored(body, { settings })), body);
      for (const row of samples.file?.rows ?? []) {
        for (const key of Object.keys(row)) {
          const brought = vendor.file!.bring({ ...row, [key]: word }, settings);
          if (brought.ok) expectHarmless(vendor.file!.normalise(stored(brought.value.body, { settings })), brought.value.body);
        }
      }
    }
  });

  it.runIf(vendor.poll)('nor in what it lists', async () => {
    const clock = clockAt(nowMs);
    for (const word of WORDS) {
      const seen: HttpResponse[] = [];
      const keep: Http = { send: async (request) => (seen.push(samples.poll!.respond(request)), seen.at(-1)!) };
      const whole = await vendor.poll!.read(null, access, { http: keep, clock });
      if (!whole.ok) throw new Error(whole.error.message);
      for (const { body, event } of whole.value.items) for (const one of some(withWord(body, word), word)) expectHarmless(vendor.poll!.normalise(stored(one, { vendorEvent: event, settings })), one);
      for (const [at, answer] of seen.entries()) {
        for (const body of some(withWord(answer.body, word), word)) {
          let turn = 0;
          const http: Http = { send: (request) => Promise.resolve(turn++ === at ? { ...answer, body } : samples.poll!.respond(request)) };
          const read = await vendor.poll!.read(null, access, { http, clock });
          expect(JSON.stringify(read), body).not.toMatch(LEAKED);
        }
      }
    }
    expect(prototypeIsClean()).toBe(true);
  });

  it.runIf(vendor.reread)('nor in what is read again', async () => {
    for (const word of WORDS) {
      for (const hint of samples.reread!.hints) {
        const bodies: string[] = [];
        await vendor.reread!(hint, access, { http: ANSWERED(samples, (body) => (bodies.push(body), body)), clock: clockAt(nowMs) });
        for (const original of bodies) {
          for (const changed of some(withWord(original, word), word)) {
            const read = await vendor.reread!(hint, access, { http: ANSWERED(samples, (body) => (body === original ? changed : body)), clock: clockAt(nowMs) });
            if (read.ok) read.value.forEach(expectFits);
            expect(JSON.stringify(read), changed).not.toMatch(LEAKED);
          }
        }
      }
    }
    expect(prototypeIsClean()).toBe(true);
  });
});

it.each(WORDS)('%s is in no table of ours, no zone, no object and no heading', (word) => {
  expect(lookUp({ known: 1 }, word)).toBeUndefined();
  expect(lookUp(JSON.parse(`{"${word}":"theirs"}`) as Record<string, string>, word)).toBe('theirs');
  expect(objectAt({}, word)).toEqual({});
  expect(knownZone(word)).toBeNull();
  const columns = [{ key: 'name', label: 'Name', required: true, headings: [word.toLowerCase()] }];
  expect(guessColumns(['Name'], columns)).toEqual({ Name: 'name' });
  // `__proto__` cannot be a plain object's own name by assignment: such a heading is left to the person.
  if (word !== '__proto__') expect(guessColumns([word], columns)).toEqual({ [word]: 'name' });
});
