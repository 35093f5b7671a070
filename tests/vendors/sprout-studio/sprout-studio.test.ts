import { describe, expect, it } from 'vitest';
import { sproutStudio } from '../../../core/vendors/sprout-studio/index.ts';
import { bodyOf, bridged, changesOf, triggerWords } from '../recipes.ts';

describe('Sprout Studio', () => {
  it('means by each trigger', () => {
    expect(triggerWords(sproutStudio)).toEqual({
      new_lead: ['contact', 'booking:lead', 'message:received'],
      new_booking: ['contact', 'booking:definite'],
      new_payment: ['payment:completed'],
    });
  });

  it('knows a lead that became a shoot as the same job', () => {
    const [lead, shoot] = ['new_lead', 'new_booking'].map((trigger) => changesOf(bridged(sproutStudio, bodyOf(sproutStudio, trigger))).find((change) => change.kind === 'booking'));
    expect(shoot?.remote.id).toBe(lead?.remote.id);
    expect([lead?.fields.status, shoot?.fields.status]).toEqual(['lead', 'definite']);
  });
});
