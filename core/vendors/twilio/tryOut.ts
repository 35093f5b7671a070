import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { apiClient } from '../apiClient.ts';
import { encodeBase64, encodeUtf8 } from '../bytes.ts';
import { refused, SAFE_SEGMENT } from '../calls.ts';
import { shortText } from '../fields.ts';
import type { VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

const Account = z.object({ sid: z.string(), friendly_name: z.string(), status: z.enum(['active', 'suspended', 'closed']) });

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const sid = access.settings['accountSid'] ?? '';
  if (!SAFE_SEGMENT.test(sid)) return refused('The connection has no account SID; messages come in without one, but it cannot be tried out.');
  const headers = ({ secrets }: typeof access) =>
    secrets['authToken'] ? { authorization: `Basic ${encodeBase64(encodeUtf8(`${sid}:${secrets['authToken']}`))}` } : null;
  const account = await apiClient({ who: 'Twilio', baseUrl: DEFAULT_BASE_URL, headers }, access, ports).read(
    `/2010-04-01/Accounts/${sid}.json`,
    'the account',
    Account,
  );
  if (!account.ok) return account;
  return ok({ account: shortText(account.value.friendly_name), details: [`The account is ${account.value.status}`] });
};
