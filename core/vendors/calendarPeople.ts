import ICAL from 'ical.js';
import type { Answer } from '../domain/record/changes.ts';
import { answersOf } from './answers.ts';
import { emailAddress } from './fields.ts';

/** What an entry of a calendar file says beside when and what: who is invited and has answered, when it reminds, when it was changed last. */

type Component = InstanceType<typeof ICAL.Component>;
type Property = InstanceType<typeof ICAL.Property>;

const SAID = { accepted: 'accepted', tentative: 'tentative', declined: 'declined' } as const;

/** Servers that invite by themselves put an address of theirs in its place, and name the person's own beside it. */
export function addressIn(property: Property): string | null {
  const named: unknown = property.getParameter('email');
  return emailAddress(String(property.getFirstValue()).replace(/^mailto:/i, '')) ?? emailAddress(named);
}

export const answersIn = (component: Component): readonly Answer[] =>
  answersOf(component.getAllProperties('attendee').map((one) => ({ email: addressIn(one), said: one.getParameter('partstat') })), SAID);

/** Minutes before the start; what reminds otherwise counts as -1. */
export const remindersIn = (component: Component): readonly number[] =>
  component.getAllSubcomponents('valarm').map((alarm) => {
    const trigger: unknown = alarm.getFirstPropertyValue('trigger');
    const related: unknown = alarm.getFirstProperty('trigger')?.getParameter('related');
    return trigger instanceof ICAL.Duration && related !== 'END' ? -trigger.toSeconds() / 60 : -1;
  });

/**
 * UTC milliseconds, by the clock of whoever changed it; null = it does not say. Without a METHOD, DTSTAMP says the same (RFC 5545,
 * 3.8.7.2); where both stand there the later one is somebody's export.
 */
export function changedIn(component: Component): number | null {
  const at: unknown = component.getFirstPropertyValue('last-modified') ?? component.getFirstPropertyValue('dtstamp');
  // It has to be in UTC; as a wall time of somewhere it says nothing.
  if (!(at instanceof ICAL.Time) || at.zone?.tzid !== 'UTC') return null;
  const ms = at.toUnixTime() * 1000;
  return Number.isFinite(ms) ? ms : null;
}
