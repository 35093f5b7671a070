/** Addresses of the page on which a couple asks for a day. They are no part of the API: each is a page for people, or takes a form of one. */
export const ASK = {
  page: '/ask/:token',
  received: '/ask/:token/received/:id',
} as const;

/** As `newToken` makes them. */
export const ASK_TOKEN = /^[A-Za-z0-9_-]{43}$/;

export const askPath = (token: string): string => ASK.page.replace(':token', encodeURIComponent(token));
export const receivedPath = (token: string, id: string): string =>
  ASK.received.replace(':token', encodeURIComponent(token)).replace(':id', encodeURIComponent(id));
