import { personalDataCalls, type PersonalDataCalls as ServersCalls } from '../../../core/contract/calls/personalData.ts';
import type { Answer } from '../../../core/contract/calls/question.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import { personalDataFile } from '../../../core/contract/personalData.ts';
import { ok } from '../../../core/contract/result.ts';
import { download } from './download.ts';
import { asked } from './http.ts';

/** What is held of a contact, forgetting it, who was told of it, and how long what is kept. */
export interface PersonalDataCalls extends Omit<ServersCalls, 'export'> {
  /** Into a file of the person's choice; not saved = the person thought better of it. */
  export(contactId: string): Answer<{ readonly saved: boolean }>;
}

export function browserPersonalData(): PersonalDataCalls {
  const calls = personalDataCalls(asked);
  return {
    ...calls,
    async export(id) {
      const held = await calls.export(id);
      if (!held.ok) return held;
      const { name, text } = personalDataFile(held.value);
      download(name, text, 'application/json');
      return ok({ saved: true });
    },
  };
}

export function desktopPersonalData(bridge: Bridge): PersonalDataCalls {
  return {
    export: (contactId) => bridge.exportPersonalData({ contactId }),
    preview: (contactId) => bridge.erasePreview({ contactId }),
    erase: (contactId, request) => bridge.eraseContact({ contactId, request }),
    readers: (contactId) => bridge.readers({ contactId }),
    retention: () => bridge.retention(),
    setRetention: (retention) => bridge.setRetention(retention),
  };
}
