import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Makes `core/vendors/windowsZones.ts` out of the Unicode CLDR: `node scripts/windowsZones.ts <folder>`, where the folder holds
 * `supplemental/windowsZones.json` (package cldr-core) and `bcp47/timezone.json` (package cldr-bcp47), unpacked into one place.
 */

interface Windows {
  supplemental: { version: { _cldrVersion: string }; windowsZones: { mapTimezones: { mapZone: { _other: string; _type: string; _territory: string } }[] } };
}
interface Names {
  keyword: { u: { tz: Record<string, { _alias?: string; _iana?: string } | string> } };
}

const LONGEST_LINE = 150;

function modernNames({ keyword }: Names): Map<string, string> {
  const modern = new Map<string, string>();
  for (const zone of Object.values(keyword.u.tz)) {
    if (typeof zone === 'string' || zone._alias === undefined || zone._iana === undefined) continue;
    for (const name of zone._alias.split(' ')) modern.set(name, zone._iana);
  }
  return modern;
}

export function tableOf(windows: Windows, names: Names): ReadonlyMap<string, readonly string[]> {
  const modern = modernNames(names);
  const table = new Map<string, Set<string>>();
  const entries = windows.supplemental.windowsZones.mapTimezones.map(({ mapZone }) => mapZone);
  // The usual city of a zone (territory 001) goes first.
  const ordered = [...entries.filter(({ _territory }) => _territory === '001'), ...entries.filter(({ _territory }) => _territory !== '001')];
  for (const { _other, _type } of ordered) {
    const zones = table.get(_other) ?? new Set<string>();
    table.set(_other, zones);
    for (const zone of _type.split(' ').filter((one) => one !== '')) zones.add(modern.get(zone) ?? zone);
  }
  return new Map([...table].map(([name, zones]) => [name, [...zones]]));
}

function linesOf(name: string, zones: readonly string[]): string {
  const whole = `  '${name}': '${zones.join(' ')}',`;
  if (whole.length <= LONGEST_LINE) return whole;
  const lines: string[] = [];
  for (const zone of zones) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + zone.length + 12 <= LONGEST_LINE) lines[lines.length - 1] = `${last} ${zone}`;
    else lines.push(zone);
  }
  return `  '${name}':\n${lines.map((line, n) => `    '${line}${n < lines.length - 1 ? " ' +" : "',"}`).join('\n')}`;
}

export function moduleOf(windows: Windows, names: Names): string {
  // UTC is called the same everywhere.
  const table = [...tableOf(windows, names)].filter(([name]) => name !== 'UTC').sort(([a], [b]) => (a < b ? -1 : 1));
  return `/**
 * Zones by the names that Windows gives them, and the IANA zones that each stands for, the usual city first. Facts of the Unicode
 * CLDR, version ${windows.supplemental.version._cldrVersion}; made by \`node scripts/windowsZones.ts\`, see docs/decisions.
 */
export const WINDOWS_ZONES: Readonly<Record<string, string>> = {
${table.map(([name, zones]) => linesOf(name, zones)).join('\n')}
};
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('name the folder that holds supplemental/windowsZones.json and bcp47/timezone.json');
  const read = (file: string): unknown => JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
  const text = moduleOf(read('supplemental/windowsZones.json') as Windows, read('bcp47/timezone.json') as Names);
  writeFileSync(path.join(import.meta.dirname, '..', 'core', 'vendors', 'windowsZones.ts'), text);
}
