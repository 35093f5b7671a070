import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../core/contract/deepLink.ts';
import { createDeepLinks, linkInArguments } from '../../../../main/platform/deepLinks.ts';
import { keptLog } from '../support/fakes.ts';

const ID = '019a0000-0000-7000-8000-000000000001';

describe('linkInArguments', () => {
  it('finds a link among switches', () => expect(linkInArguments(['/opt/wedsync', '--no-sandbox', 'wedsync://day'])).toBe('wedsync://day'));
  it('finds none', () => expect(linkInArguments(['/opt/wedsync', 'https://wedsync.example', '--x=wedsync://day'])).toBeNull());
});

describe('deep links', () => {
  const make = () => {
    const went: Place[] = [];
    const log = keptLog();
    return { went, log, links: createDeepLinks({ log, go: (place) => went.push(place) }) };
  };

  it('wait for the console; the last one wins and is its first place', () => {
    const { links, went } = make();
    expect(links.take('wedsync://settings')).toBe(true);
    expect(links.take(`wedsync://wedding/${ID}`)).toBe(true);
    expect(went).toEqual([]);
    expect(links.ready()).toEqual({ view: 'day', weddingId: ID, alertId: null });
    expect(links.ready()).toBeNull();
    links.take('wedsync://integrations');
    expect(went).toEqual([{ view: 'integrations', connectionId: null }]);
  });

  it('wait again while the page loads again', () => {
    const { links, went } = make();
    links.ready();
    links.loading();
    links.take('wedsync://day');
    expect(went).toEqual([]);
    expect(links.ready()).toEqual({ view: 'day', weddingId: null, alertId: null });
  });

  it.each(['wedsync://day?x=1', 'wedsync:day', 'wedsync://wedding/1', 'wedsync://settings/../day', 'WEDSYNC://day', 'wedsync://day#x', 'wedsync://day\nhttps://evil.example', 'wedsync://console/index.html'])('refuse %j and log no content', (link) => {
    const { links, log } = make();
    expect(links.take(link)).toBe(false);
    expect(links.ready()).toBeNull();
    expect(JSON.stringify(log.lines)).not.toContain(link);
  });
});
