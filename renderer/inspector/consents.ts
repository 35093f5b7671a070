import type { Consent, CONSENT_CHANNELS } from '../../core/contract/record/people.ts';
import type { WordKey } from '../i18n/index.ts';

/** What somebody said on one channel: subscribed to a list and letting oneself be texted are other words. */
export const consentWord = (channel: (typeof CONSENT_CHANNELS)[number], state: Consent['state']): WordKey =>
  channel === 'mail' ? `consents.${state}` : `consents.byNumber.${state}`;
