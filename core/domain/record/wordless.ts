import type { Change } from './changes.ts';

/** Somebody who was erased is told about: what the facts say in words is left out, since it may name them. */
export function wordless(change: Change): Change {
  switch (change.kind) {
    case 'booking':
      return { ...change, fields: without(change.fields, ['title', 'vendorName', 'place', 'lines']) };
    case 'payment':
      return { ...change, fields: without(change.fields, ['description', 'payerName', 'failureReason']) };
    case 'wedding':
      return { ...change, fields: without(change.fields, ['title']) };
    case 'message':
      return { ...change, fields: without(change.fields, ['fromName', 'fromAddress', 'toAddress', 'subject', 'text', 'failureReason']) };
    case 'document':
      return { ...change, fields: without(change.fields, ['title', 'url']) };
    case 'calendarEvent':
      return { ...change, fields: without(change.fields, ['title', 'place']) };
    case 'contact':
    case 'weather':
      return change;
  }
}

const without = <F extends object>(fields: F, names: readonly (keyof F)[]): F => Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name as keyof F))) as F;
