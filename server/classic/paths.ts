import { CLASSIC_PAGE } from '../../core/contract/offlinePage.ts';

/** Addresses of the classic page. They are no part of the API: each is a page for people, or takes a form of one. */
export const CLASSIC = {
  today: CLASSIC_PAGE,
  weddings: '/classic/weddings',
  wedding: '/classic/weddings/:id',
  alerts: '/classic/alerts',
  seen: '/classic/alerts/:id/seen',
  signIn: '/classic/sign-in',
  code: '/classic/code',
  link: '/classic/link',
  enter: '/classic/enter',
  signOut: '/classic/sign-out',
  platform: '/classic/platform',
} as const;

export const weddingPath = (id: string): string => CLASSIC.wedding.replace(':id', encodeURIComponent(id));
export const seenPath = (id: string): string => CLASSIC.seen.replace(':id', encodeURIComponent(id));
