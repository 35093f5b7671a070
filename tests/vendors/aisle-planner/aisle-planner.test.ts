import { describe, expect, it } from 'vitest';
import { aislePlanner } from '../../../core/vendors/aisle-planner/index.ts';
import { bodyOf, bridged, changesOf, triggerWords } from '../recipes.ts';

describe('Aisle Planner', () => {
  it('means by each trigger', () => {
    expect(triggerWords(aislePlanner)).toEqual({
      new_project: ['contact', 'booking:definite'],
      new_lead: ['contact', 'booking:lead', 'message:received'],
      payment_received: ['payment:completed'],
    });
  });

  it('is set aside when a project can be told from no other', () => {
    expect(bridged(aislePlanner, bodyOf(aislePlanner, 'new_project', { project_id: '', project_date: '' }))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    const [, byDay] = changesOf(bridged(aislePlanner, bodyOf(aislePlanner, 'new_project', { project_id: '' })));
    expect(byDay?.remote.id).toMatch(/^email:.+@example\.org:2027-06-12$/);
  });
});
