import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadMail } from '../../core/vendors/mails.ts';
import { expectFits } from '../conformance/fits.ts';
import { stored } from './ports.ts';
import { changesOf } from './recipes.ts';

const part = leadMail({ subjects: [/\bnew lead\b/i], labels: { date: ['big day'] } });
const mail = (text: string, more: Record<string, unknown> = {}) =>
  part.normalise(stored(JSON.stringify({ messageId: '<1@leads.example>', from: 'x@leads.example', fromName: null, subject: 'New lead', text, sentAt: '2026-11-19T08:00:00.000Z', ...more })));
const lead = (text: string, more: Record<string, unknown> = {}) => {
  const [contact, booking, message] = changesOf(mail(text, more));
  return { contact, booking, message };
};

describe('labelled lines', () => {
  it.each([
    ['English', 'Name: Ada Example\nEmail: ada@example.org\nWedding date: June 12, 2027'],
    ['French', 'Nom : Ada Example\nCourriel : ada@example.org\nDate du mariage : 12 juin 2027'],
    ['German', 'Name: Ada Example\nE-Mail-Adresse: ada@example.org\nHochzeitsdatum: 12. Juni 2027'],
    ['Spanish', 'Nombre completo: Ada Example\nCorreo electrónico: ada@example.org\nFecha de la boda: 12 de junio de 2027'],
    ['Italian', 'Nome: Ada Example\nIndirizzo email: ada@example.org\nData del matrimonio: 12 giugno 2027'],
    ['with bold labels and the value below', '**Your name:**\n\nAda Example\n**Your email:**\nAda <ada@example.org>\n**Big day:** 2027-06-12'],
    ['as a list with Windows line ends', '- Name: Ada Example\r\n- E-mail: ada@example.org\r\n- Event date: 12/06/2027 (day/month)\r\n'.replace('12/06/2027 (day/month)', '2027/06/12')],
  ])('are read in %s', (_name, text) => {
    expect(lead(text).contact).toMatchObject({ remote: { id: 'email:ada@example.org' }, wedding: { date: '2027-06-12' }, fields: { name: 'Ada Example', email: 'ada@example.org' } });
  });

  it('keep a message with its lines, up to what is no message any more', () => {
    const text = 'Name: Ada\nEmail: a@example.org\nMessage:\nFirst line.\n\nSecond: with a colon.\n--\nThe team\nUnsubscribe here';
    expect(lead(text).message?.fields).toMatchObject({ text: 'First line.\n\nSecond: with a colon.' });
    expect(lead('Message: Hello\nName: Ada\nEmail: a@example.org\nView this lead').message?.fields).toMatchObject({ text: 'Hello' });
  });

  it('belong to the first who is named, not to a mail that is quoted below or a head that was passed on', () => {
    const text = 'From: Leads <x@leads.example>\nDate: 1 January 2026\nSubject: New lead\n\nName: Ada\nEmail: a@example.org\nDate: 12 June 2027\n\n> Name: Somebody Else\n> Email: else@example.org';
    expect(lead(text).contact).toMatchObject({ wedding: { date: '2027-06-12' }, fields: { name: 'Ada', email: 'a@example.org' } });
  });

  it('are told in words where a date may be two days', () => {
    const { booking, message } = lead('Name: Ada\nEmail: a@example.org\nWedding date: 03/04/2027');
    expect(booking).toMatchObject({ remote: { id: 'mail:<1@leads.example>' }, wedding: { date: null } });
    expect(message?.fields).toMatchObject({ text: 'Date: 03/04/2027' });
  });

  it('know a second mail about the same day as the same enquiry, and as another message', () => {
    const [one, two] = ['<1@x>', '<2@x>'].map((messageId) => lead('Name: Ada\nEmail: a@example.org\nWedding date: 2027-06-12', { messageId }));
    expect(one?.booking?.remote.id).toBe(two?.booking?.remote.id);
    expect(one?.message?.remote.id).not.toBe(two?.message?.remote.id);
  });
});

describe('other mails', () => {
  it('are passed over, or set aside where the subject promised an enquiry', () => {
    expect(mail('Ten ideas for spring.', { subject: 'Newsletter' })).toMatchObject({ ok: true, value: { kind: 'ignored' } });
    expect(mail('Somebody is interested in you!')).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(mail('Email: see below')).toMatchObject({ ok: false });
  });

  it('never break anything, whatever they say', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('Name: Ada', 'Email: a@b.example', 'Message:', 'Wedding date: 03/04/2027', `Name: ${'\u{1F600}'.repeat(400)}`, '> quoted', '--', `${'a'.repeat(2000)}:`));
    fc.assert(fc.property(fc.array(line, { maxLength: 12 }), fc.string(), (lines, subject) => {
      const meant = mail(lines.join('\n'), { subject, messageId: 'm'.repeat(900) });
      if (meant.ok && meant.value.kind === 'changes') meant.value.changes.forEach(expectFits);
    }), { numRuns: 300 });
  });
});
