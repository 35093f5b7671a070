import { generateKeyPairSync } from 'node:crypto';
import nodemailer from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { textOfHtml } from '../../../../server/mailIn/htmlText.ts';
import { readMail } from '../../../../server/mailIn/readMail.ts';
import { plainWork } from '../../../support/plainWork.ts';

/** Mails that were really signed, and what is done to them on their way; only the answer about the signing key is the test's own. */
const DOMAIN = 'leads.example';
const NOW = Date.UTC(2027, 0, 4, 12);
const key = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
const plain = plainWork();
let lookups = 0;
const resolve = (name: string): Promise<string[][]> => {
  lookups += 1;
  if (name === `real._domainkey.${DOMAIN}`) return Promise.resolve([[`v=DKIM1; k=rsa; p=${key.publicKey.toString('base64')}`]]);
  return Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
};
const look = (raw: string) => readMail(Buffer.from(raw, 'latin1'), [DOMAIN], resolve, NOW);

async function signed({ skipFields, messageId = '<one@leads.example>' }: { readonly skipFields?: string; readonly messageId?: string } = {}): Promise<string> {
  const dkim = { domainName: DOMAIN, keySelector: 'real', privateKey: key.privateKey, ...(skipFields === undefined ? {} : { skipFields }) };
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'windows', dkim });
  const { message } = await transport.sendMail({ from: `new@${DOMAIN}`, to: 'us@in.example', subject: 'New enquiry', date: new Date(NOW), messageId, text: 'Name: Amara Okafor\n' });
  return (message as Buffer).toString('latin1');
}
const keyOf = async (raw: string) => {
  const read = await look(raw);
  return read.ok ? read.value.key : read.error.code;
};

describe('a mail is known again', () => {
  it('by its own id where that is signed; one with another id is another mail', async () => {
    const raw = await signed();
    const first = await keyOf(raw);
    expect(first).toMatch(/^mail:[0-9a-f]{64}$/);
    expect(await keyOf(raw)).toBe(first);
    expect(await keyOf(raw.replace('<one@leads.example>', '<two@leads.example>'))).toBe('mail_in.not_signed');
    expect(await keyOf(await signed({ messageId: '<two@leads.example>' }))).not.toBe(first);
  });

  it('by what is signed where its id is not: whoever has one cannot make many of it', async () => {
    const raw = await signed({ skipFields: 'message-id' });
    const first = await look(raw);
    expect(first).toMatchObject({ ok: true, value: { mail: { messageId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string, subject: 'New enquiry' } } });
    const own = first.ok ? first.value.key : '';
    expect(await keyOf(raw.replace('<one@leads.example>', '<two@leads.example>'))).toBe(own);
    expect(await keyOf(raw.replace(/^Message-ID:.*\r\n/im, ''))).toBe(own);
    expect(await keyOf(`Received: from a.example by b.example; Mon, 4 Jan 2027 12:00:00 +0000\r\nX-Passed-On: yes\r\n${raw}\r\n\r\n`)).toBe(own);
  });
});

describe('a head that no honest mail has', () => {
  it.each(['Subject: Paid in full', 'Date: Tue, 5 Jan 2027 12:00:00 +0000', 'Message-ID: <two@leads.example>', 'Content-Type: text/html', 'Content-Transfer-Encoding: base64', 'subject :\r\n Paid in full'])(
    'is refused: the signed field has another one above it (%s)',
    async (field) => {
      const raw = await signed({ skipFields: 'content-type:content-transfer-encoding' });
      expect(await keyOf(raw)).toMatch(/^mail:/);
      expect(await look(`${field}\r\n${raw}`)).toMatchObject({ ok: false, error: { code: 'mail_in.not_signed', retryable: false } });
    },
  );

  const signature = (n: number) => `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=d${n}.example; s=s; l=${n}; h=from:subject:date; bh=AAAA; b=AAAA\r\n`;
  const body = 'a \t b\r\n'.repeat(300_000);
  it.each([
    ['thousands of signatures', (raw: string) => Array.from({ length: 1_500 }, (_, n) => signature(n)).join('') + raw + body],
    ['a dozen signatures', (raw: string) => Array.from({ length: 12 }, (_, n) => signature(n)).join('') + raw + body],
    ['a field folded a million times', (raw: string) => `X-Long: a\r\n${' b\r\n'.repeat(900_000)}${raw}`],
    ['a signature over very many fields', (raw: string) => `DKIM-Signature: v=1; a=rsa-sha256; d=${DOMAIN}; s=real; h=${'zz:'.repeat(60_000)}; bh=AA; b=AA\r\n${raw}`],
    ['no end of its head', (raw: string) => raw.slice(0, raw.indexOf('\r\n\r\n')) + '\r\nX: y'.repeat(600_000)],
    ['a bare carriage return', (raw: string) => `X: y\rSubject: Paid\r\n${raw}`],
  ])('is refused at once, and nobody is asked for a key: %s', async (_name, spoil) => {
    const raw = spoil(await signed());
    lookups = 0;
    const begun = performance.now();
    expect(await look(raw)).toMatchObject({ ok: false, error: { code: 'mail_in.not_signed', retryable: false } });
    expect(lookups).toBe(0);
    expect(performance.now() - begun).toBeLessThan(30 * plain);
  });
});

describe('text out of HTML', () => {
  it('has what is shown', () => {
    expect(textOfHtml('<html><head><title>x</title></head><body><p>Name: A &amp; B</p><SCRIPT>if (a < b) c</script ><td>1</td><td>2</td><br/>3</body>')).toBe('Name: A & B\n1 2\n3');
    expect(textOfHtml('a <!-- <b> --> c <!-- never closed <p>d</p>')).toBe('a  c');
    expect(textOfHtml('1 < 2 and <i>so on</i> < 3')).toBe('1 < 2 and so on < 3');
    expect(textOfHtml('<style>a</style><script>never closed')).toBe('never closed');
    expect(textOfHtml('&lt;b&gt; &#128141; &#xd800;')).toBe('<b> 💍');
  });

  it.each(['<', '<a ', '<br ', '<script>', '<!--', '<style></script>', '<td', '</', '\n <', '&#'])('takes time that grows with its length only: %j', (part) => {
    const begun = performance.now();
    textOfHtml(part.repeat(1_000_000));
    expect(performance.now() - begun).toBeLessThan(100 * plain);
  });
});
