import { describe, expect, it } from 'vitest';
import { dubsado } from '../../../core/vendors/dubsado/index.ts';
import { bodyOf, bridged, changesOf, triggerWords } from '../recipes.ts';

describe('Dubsado', () => {
  it('means by each trigger', () => {
    expect(triggerWords(dubsado)).toEqual({
      project_lead: ['contact', 'booking:lead', 'message:received'],
      project_job: ['contact', 'booking:definite'],
      project_status_updated: ['contact', 'booking:definite'],
      contract_signed: ['document:signed'],
      payment_received: ['payment:completed'],
    });
  });

  it('keeps a signed contract with its project, and says nothing of a status that the company made up', () => {
    const [contract] = changesOf(bridged(dubsado, bodyOf(dubsado, 'contract_signed', { document_status: '' })));
    expect(contract).toMatchObject({ kind: 'document', fields: { kind: 'contract', status: 'signed' }, bookingRemote: { type: 'project', id: bodyOf(dubsado, 'project_job')['project_id'] } });
    const [, booking] = changesOf(bridged(dubsado, bodyOf(dubsado, 'project_status_updated', { project_stage: 'Mood board ready', project_status: '' })));
    expect(booking?.fields).not.toHaveProperty('status');
  });
});
