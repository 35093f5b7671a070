/**
 * Which of several connections of one house a mail is for, where all of them believe its sender: two sites of one company, two businesses
 * on one site, or a domain that was named for "Any system" too. What stands in the mail decides before the address that it came to.
 */

/**
 * What one connection makes of a mail: `named` = the mail names its business; `site` = it is of the site that the connection is for; `open` =
 * the connection is for no site in particular; `unclear` = it is for one site, and the mail does not say which it is of; `other` = it is of another one.
 */
export const CLAIMS = ['named', 'site', 'open', 'unclear', 'other'] as const;
export type Claim = (typeof CLAIMS)[number];

export interface Claiming {
  readonly connectionId: string;
  readonly claim: Claim;
}

const only = (all: readonly Claiming[]): string | null => (all.length === 1 ? (all[0]?.connectionId ?? null) : null);

/** @param cameTo the connection whose address it came to; it is one of `all`. Null = nobody can say, and a person has to. */
export function ownerOf(all: readonly Claiming[], cameTo: string): string | null {
  const own = all.find(({ connectionId }) => connectionId === cameTo);
  for (const claim of ['named', 'site'] as const) {
    const claiming = all.filter((one) => one.claim === claim);
    if (claiming.length > 0) return own?.claim === claim ? cameTo : only(claiming);
  }
  if (own?.claim === 'open') return cameTo;
  // Its address is for another site than the mail is of: who is for all sites takes it.
  return own?.claim === 'other' ? only(all.filter((one) => one.claim === 'open')) : null;
}
