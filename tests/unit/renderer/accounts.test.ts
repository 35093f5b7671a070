import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { agentName } from '../../../renderer/accounts/agent.ts';
import { refusedWords } from '../../../renderer/accounts/useTask.ts';
import { inviteRequest } from '../../../renderer/people/inviteRequest.ts';
import { readDoor, rememberWay, takeDoor, useDoor } from '../../../renderer/state/backend/door.ts';
import { testId } from '../../support/builders.ts';

describe('doors', () => {
  const page = { hash: '', pathname: '/', search: '' };
  const kept = new Map<string, string>();
  beforeEach(() => {
    vi.stubGlobal('location', page);
    vi.stubGlobal('history', { replaceState: (_state: unknown, _title: string, url: string) => (page.hash = url.slice(url.indexOf('#'))) });
    vi.stubGlobal('window', new EventTarget());
    vi.stubGlobal('HashChangeEvent', Event);
    vi.stubGlobal('sessionStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) });
    kept.clear();
    useDoor.setState({ door: null });
  });
  afterEach(() => void vi.unstubAllGlobals());
  const open = (hash: string): string => {
    page.hash = hash;
    takeDoor();
    return page.hash;
  };
  const door = () => useDoor.getState().door;

  it('takes what is secret out of the address at once', () => {
    expect(open('#invitation=abcdefghijklmnopqrstuvwx')).toBe('#/day');
    expect(door()).toEqual({ kind: 'invitation', token: 'abcdefghijklmnopqrstuvwx' });
    expect(open('#reset=abcdefghijklmnopqrstuvwx')).toBe('#/day');
    expect(door()).toEqual({ kind: 'reset', token: 'abcdefghijklmnopqrstuvwx' });
  });

  it.each(['#/day', '#invitation=', '#invitation=short', '#reset=a b', '#reset=<script>alert(1)</script>', '#enrol=abcdefghijklmnopqrstuvwx'])('%s opens none', (hash) => {
    expect(readDoor(hash)).toBeNull();
    expect(open(hash)).toBe(hash);
  });

  it('makes a place of a code, however it is written, and of nonsense the place where it is typed', () => {
    expect(open('#pair=WXKD7PQR')).toBe('#/pair/wxkd7pqr');
    expect(open('#pair=WXKD-7PQR')).toBe('#/pair/wxkd7pqr');
    expect(open('#pair')).toBe('#/pair');
    expect(open('#pair=WXKD-7PQR-8888')).toBe('#/pair');
    expect(door()).toBeNull();
  });

  it('comes back from a provider to where the person was going', () => {
    open('#/pair/wxkd7pqr');
    rememberWay();
    expect(open('#signed-in')).toBe('#/pair/wxkd7pqr');
    expect(door()).toEqual({ kind: 'signed_on', failed: false });
    open('#invitation=abcdefghijklmnopqrstuvwx');
    rememberWay();
    open('#signed-in');
    expect(door()).toEqual({ kind: 'invitation', token: 'abcdefghijklmnopqrstuvwx' });
    expect(kept.size).toBe(0);
    expect(open('#sign-on-failed?error=access_denied')).toBe('#/day');
    expect(door()).toEqual({ kind: 'signed_on', failed: true });
  });
});

describe('an invitation as it is sent', () => {
  const [weddingId, contactId] = [testId(), testId()];
  const all = { email: ' Bart@Harrow.test ', weddingId, contactId };
  it('carries what the role needs and nothing that another role left behind', () => {
    expect(inviteRequest({ ...all, role: 'staff' })).toEqual({ email: 'bart@harrow.test', role: 'staff' });
    expect(inviteRequest({ ...all, role: 'vendor' })).toEqual({ email: 'bart@harrow.test', role: 'vendor', weddingId, contactId });
    expect(inviteRequest({ ...all, role: 'couple' })).toEqual({ email: 'bart@harrow.test', role: 'couple', weddingId });
    expect(inviteRequest({ ...all, role: 'partner', weddingId: '' })).toEqual({ email: 'bart@harrow.test', role: 'partner' });
  });
  it('is not sent without it', () => {
    expect(inviteRequest({ ...all, role: 'vendor', contactId: '' })).toBeNull();
    expect(inviteRequest({ ...all, role: 'couple', weddingId: '' })).toBeNull();
    expect(inviteRequest({ ...all, role: 'staff', email: 'bart' })).toBeNull();
  });
});

it('says when to try again where the server said so', () => {
  const throttled = { code: 'auth.throttled', message: '', retryable: true } as const;
  expect(refusedWords({ ...throttled, retryAfterSeconds: 90 })).toContain('in 1 min');
  expect(refusedWords({ ...throttled, retryAfterSeconds: null })).toContain('Wait a little');
});

it.each([
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15', 'Safari on macOS'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0', 'Edge on Windows'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 Safari/604.1', 'Chrome on iPhone'],
  ['curl/8.5.0', 'curl/8.5.0'],
  [null, 'A browser that did not say which'],
])('%s is %s', (agent, words) => {
  expect(agentName(agent)).toBe(words);
});
