import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { calendlyClient } from './reread.ts';
import { User } from './shapes.ts';

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const me = await calendlyClient(access, ports).read('/users/me', 'the account', z.object({ resource: User }));
  if (!me.ok) return me;
  const { resource } = me.value;
  const zone = shortText(resource.timezone);
  const signed = access.secrets['signingKey']
    ? 'Calls signed with the signing key are accepted.'
    : 'Without a signing key appointments come every ten minutes only.';
  const organization = access.settings['scope'] === 'organization';
  const { uri, current_organization: of } = resource;
  // What the guide has entered when the subscription is made; nothing over there shows these.
  const subscription = of ? [`For a webhook subscription: organization ${of}, scope ${organization ? 'organization' : `user, user ${uri}`}.`] : [];
  return ok({
    account: shortText(resource.name) ?? shortText(resource.email),
    details: ['The access token is good.', ...(zone ? [`The account's time zone is ${zone}.`] : []), signed, ...subscription],
  });
};
