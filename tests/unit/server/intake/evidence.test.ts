import { expect, it } from 'vitest';
import type { Http, HttpResponse } from '../../../../core/ports/ports.ts';
import { createEvidence } from '../../../../server/intake/evidence.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const GOOD = 'https://api.paypal.com/v1/notifications/certs/CERT-one';
const HOUR = 3_600_000;

function held({ slow = false } = {}) {
  let now = Date.UTC(2027, 0, 4);
  const asked: string[] = [];
  const open: (() => void)[] = [];
  const answerTo = (url: string): HttpResponse => (url.startsWith(GOOD) ? { status: 200, headers: {}, body: PEM } : { status: url.endsWith('/page') ? 200 : 404, headers: {}, body: '<html>' });
  const http: Http = {
    send: ({ url }) => {
      asked.push(url);
      return slow ? new Promise((resolve) => void open.push(() => resolve(answerTo(url)))) : Promise.resolve(answerTo(url));
    },
  };
  return { evidence: createEvidence({ http, clock: { now: () => now } }), asked, wait: (ms: number) => void (now += ms), finish: () => open.splice(0).forEach((one) => one()) };
}
const stranger = (n: number) => `https://x${n}.paypal.com/v1`;

it('keeps a certificate for six hours, and nothing that is none', async () => {
  const { evidence, asked, wait } = held();
  expect(await evidence.get(GOOD)).toBe(PEM);
  wait(5 * HOUR);
  expect(await evidence.get(GOOD)).toBe(PEM);
  expect(asked).toHaveLength(1);
  wait(2 * HOUR);
  expect(await evidence.get(GOOD)).toBe(PEM);
  expect(asked).toHaveLength(2);
  expect(await evidence.get('https://www.paypal.com/page')).toBeNull();
  expect(await evidence.get('https://www.paypal.com/page')).toBeNull();
  expect(asked).toHaveLength(3);
});

it('asks for thirty unknown addresses a minute and no more, whoever names how many; the known one stays, and is renewed all the same', async () => {
  const { evidence, asked, wait } = held();
  await evidence.get(GOOD);
  for (let minute = 0; minute < 5; minute += 1) {
    const before = asked.length;
    for (let n = 0; n < 500; n += 1) expect(await evidence.get(stranger(minute * 500 + n))).toBeNull();
    expect(asked.length - before).toBeLessThanOrEqual(30);
    expect(asked.length - before).toBeGreaterThanOrEqual(29);
    wait(60_000);
  }
  expect(asked.filter((url) => url === GOOD)).toHaveLength(1);
  expect(await evidence.get(GOOD)).toBe(PEM);
  expect(asked.filter((url) => url === GOOD)).toHaveLength(1);
  wait(7 * HOUR);
  for (let n = 0; n < 500; n += 1) await evidence.get(stranger(10_000 + n));
  expect(await evidence.get(GOOD)).toBe(PEM);
  expect(asked.filter((url) => url === GOOD)).toHaveLength(2);
});

it('has four such fetches in hand at most; a second call for one of them waits for it', async () => {
  const { evidence, asked, finish } = held({ slow: true });
  const first = Array.from({ length: 4 }, (_, n) => evidence.get(n === 0 ? GOOD : stranger(n)));
  const again = evidence.get(GOOD);
  expect(await evidence.get(stranger(5))).toBeNull();
  expect(asked).toHaveLength(4);
  finish();
  expect(await Promise.all([...first, again])).toEqual([PEM, null, null, null, PEM]);
  const later = evidence.get(stranger(5));
  finish();
  expect(await later).toBeNull();
  expect(asked).toHaveLength(5);
});
