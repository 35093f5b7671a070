import type { FeedAbout } from '../../core/contract/feeds.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { dayText, isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';

/** What a feed is about, as one value of a choice. */
export const keyOfAbout = (about: FeedAbout): string => (about.kind === 'house' ? 'house' : `${about.kind}:${about.id}`);

export function aboutOfKey(key: string): FeedAbout {
  const [kind, id = ''] = key.split(':');
  return kind === 'resource' || kind === 'wedding' ? { kind, id } : { kind: 'house' };
}

/** What is in it, in a few words. */
export function aboutText({ resources, weddings }: Pick<Tables, 'resources' | 'weddings'>, about: FeedAbout): string {
  switch (about.kind) {
    case 'house':
      return t('feeds.about.house');
    case 'resource': {
      const resource = resources[about.id];
      return resource ? t('feeds.about.resource', { name: isolated(resource.name) }) : t('feeds.about.gone');
    }
    case 'wedding': {
      const wedding = weddings[about.id];
      return wedding ? t('feeds.about.wedding', { title: isolated(wedding.title), day: dayText(wedding.startsAt, wedding.zone) }) : t('feeds.about.gone');
    }
  }
}

/** All that a feed can be about: the house, who and what can be taken, the weddings that are still to come. `now` in UTC milliseconds. */
export function choicesOf(tables: Pick<Tables, 'resources' | 'weddings'>, now: number): { readonly value: string; readonly label: string }[] {
  const resources = Object.values(tables.resources)
    .filter(({ state }) => state === 'active')
    .sort((a, b) => a.name.localeCompare(b.name));
  const weddings = Object.values(tables.weddings)
    .filter(({ status, endsAt }) => status !== 'cancelled' && Date.parse(endsAt) > now)
    .sort((a, b) => a.startsAt.localeCompare(b.startsAt));
  const abouts: FeedAbout[] = [
    { kind: 'house' },
    ...resources.map(({ id }) => ({ kind: 'resource' as const, id })),
    ...weddings.map(({ id }) => ({ kind: 'wedding' as const, id })),
  ];
  return abouts.map((about) => ({ value: keyOfAbout(about), label: aboutText(tables, about) }));
}
