import { describe, expect, it } from 'vitest';
import { forwardingOf, FORWARDING_MS, type AskingMail } from '../../../../core/domain/intake/forwarding.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const DOMAIN = 'in.example.com';
const LINK = 'https://mail-settings.google.com/mail/vf-%5BANGjdJ9x%5D-4f2Kq';
const mail = (more: Partial<AskingMail> = {}): AskingMail => ({
  signedBy: 'google.com', from: 'forwarding-noreply@google.com', subject: `(#402813765) Forwarding confirmation: house@harrow.example`,
  text: `house@harrow.example wants to forward to 0123456789abcdef0123456789abcdef@${DOMAIN}.\nCode: 402813765\nTo allow it:\n\n${LINK}\n\nTo refuse it: https://mail-settings.google.com/mail/uf-%5BANGjdJ9x%5D-4f2Kq\n`, ...more,
});
const read = (more: Partial<AskingMail> = {}) => forwardingOf(mail(more), NOW, DOMAIN);

describe('a mailbox that asks whether it may forward', () => {
  it('is told with its code, its link and how long they are shown', () => {
    expect(read()).toEqual({ provider: 'Gmail', mailbox: 'house@harrow.example', code: '402813765', link: LINK, receivedAt: '2026-11-20T12:00:00.000Z', expiresAt: new Date(NOW + FORWARDING_MS).toISOString() });
  });

  it('is understood in other languages, with the code in the text alone, and without one of the two', () => {
    expect(read({ subject: '(Gmail) 转发确认', text: `确认码：402813765\n${LINK}` })).toMatchObject({ code: '402813765', link: LINK, mailbox: null });
    expect(read({ text: 'nothing more' })).toMatchObject({ code: '402813765', link: null });
    expect(read({ subject: 'Confirm', text: LINK })).toMatchObject({ code: null, link: LINK });
    expect(read({ subject: 'Confirm', text: 'Call us on 02079460000' })).toBeNull();
  });

  it('is believed only from the one address, under the provider’s own signature', () => {
    expect(read({ signedBy: 'weddingwire.com' })).toBeNull();
    expect(read({ signedBy: 'mail.google.com.evil.example' })).toBeNull();
    expect(read({ from: 'somebody@google.com' })).toBeNull();
    expect(read({ from: 'forwarding-noreply@google.com.evil.example' })).toBeNull();
  });

  it.each([
    'https://mail.google.com.evil.example/mail/vf-1', 'https://evil.example/mail/vf-1?mail.google.com', 'https://user@mail.google.com/mail/vf-1', 'https://mail.google.com:8443/mail/vf-1', 'http://mail.google.com/mail/vf-1',
    'https://mail.google.com\\@evil.example/mail/vf-1', 'https://mail.google.com/url?q=https://evil.example', 'https://mail-settings.google.com/mail/uf-1', 'https://xmail.google.com/mail/vf-1', 'https://mail.google.com#@evil.example/mail/vf-1',
  ])('leads nowhere but to the provider: %s', (link) => {
    expect(read({ text: `Code: 402813765\n${link}` })).toMatchObject({ code: '402813765', link: null });
  });
});
