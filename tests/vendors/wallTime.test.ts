import { describe, expect, it } from 'vitest';
import { dayOf, dayStart, knownZone, wallTimeOf, wallTimeToInstant, windowsZone } from '../../core/vendors/wallTime.ts';
import { WINDOWS_ZONES } from '../../core/vendors/windowsZones.ts';

describe('wall times', () => {
  it.each([
    ['2026-11-20T13:05', 'Europe/London', '2026-11-20T13:05:00.000Z'],
    ['2026-07-20T13:05:06.75', 'Europe/London', '2026-07-20T12:05:06.750Z'],
    ['2026-07-20T13:05:06.1234567', 'UTC', '2026-07-20T13:05:06.123Z'],
    // Spring: 01:00 to 02:00 is not on London's clocks.
    ['2026-03-29T00:59', 'Europe/London', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T01:30', 'Europe/London', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29T02:00', 'Europe/London', '2026-03-29T01:00:00.000Z'],
    // Autumn: 01:00 to 02:00 comes twice.
    ['2026-10-25T00:59', 'Europe/London', '2026-10-24T23:59:00.000Z'],
    ['2026-10-25T01:30', 'Europe/London', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T02:00', 'Europe/London', '2026-10-25T02:00:00.000Z'],
    ['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    // Lord Howe moves by half an hour.
    ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    ['2026-10-04T02:30', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
    ['2026-01-01T00:00', 'Asia/Kolkata', '2025-12-31T18:30:00.000Z'],
  ])('%s in %s', (local, zone, instant) => expect(wallTimeToInstant(local, zone)).toBe(instant));

  it('refuses what is no time and no zone', () => {
    for (const text of ['', '2026-02-30T10:00', '2026-13-01T10:00', '2026-01-01T24:00', '2026-01-01T10:60', '2026-01-01 10:00', '2026-01-01T10:00Z', '0001-01-01T00:00:00', 7, null]) {
      expect(wallTimeToInstant(text, 'Europe/London'), String(text)).toBeNull();
    }
    for (const zone of ['', 'Nowhere/Town', '+01:00', '__proto__', 'x'.repeat(99)]) expect(wallTimeToInstant('2026-01-01T10:00', zone)).toBeNull();
  });

  it('knows the zones of Windows by their cities', () => {
    expect(knownZone('GMT Standard Time')).toBe('Europe/London');
    expect(knownZone('tzone://Microsoft/Utc')).toBe('UTC');
    expect(knownZone('Lord Howe Standard Time')).toBe('Australia/Lord_Howe');
    expect(knownZone('Europe/Paris')).toBe('Europe/Paris');
    for (const name of ['constructor', 'Moon Standard Time', null, 7]) expect(knownZone(name)).toBeNull();
  });

  it('says the same of a name however often it is asked, and after any number of others', () => {
    const asked = () => ['Europe/London', 'GMT Standard Time', 'Europe/Nowhere'].map(knownZone);
    expect(asked()).toEqual(['Europe/London', 'Europe/London', null]);
    for (let n = 0; n < 2_000; n += 1) expect(knownZone(`Moon/Crater${n}`)).toBeNull();
    expect(asked()).toEqual(['Europe/London', 'Europe/London', null]);
  });

  it('finds the name of Windows for every zone that it reads, and back to the same clocks', () => {
    expect(Object.keys(WINDOWS_ZONES).length).toBeGreaterThan(130);
    for (const [name, zones] of Object.entries(WINDOWS_ZONES)) {
      const [usual = ''] = zones.split(' ');
      expect(knownZone(name), name).toBe(usual);
      const back = windowsZone(usual);
      // Some cities stand under two names, of which the first is as good.
      expect(back === null ? null : knownZone(back), name).not.toBeNull();
      for (const at of [Date.UTC(2027, 0, 10), Date.UTC(2027, 6, 10)]) expect(wallTimeOf(at, knownZone(back ?? '') ?? ''), name).toBe(wallTimeOf(at, usual));
    }
    for (const [zone, name] of [['Europe/London', 'GMT Standard Time'], ['Asia/Calcutta', 'India Standard Time'], ['UTC', 'UTC'], ['Europe/Kiev', 'FLE Standard Time'], ['America/Toronto', 'Eastern Standard Time']] as const) expect(windowsZone(zone)).toBe(name);
    for (const zone of ['Antarctica/Troll', 'Moon/Base', '', 'GMT Standard Time']) expect(windowsZone(zone)).toBeNull();
  });

  it('says the day of an instant and when a day begins', () => {
    expect(dayOf('2026-06-30T23:30:00.000Z', 'Europe/London')).toBe('2026-07-01');
    expect(dayOf('2026-06-30T23:30:00.000Z', null)).toBe('2026-06-30');
    expect(dayStart('2026-07-01', 'Europe/London')).toBe('2026-06-30T23:00:00.000Z');
    expect(dayStart('2026-09-06', 'America/Santiago')).toBe('2026-09-06T04:00:00.000Z');
  });
});
