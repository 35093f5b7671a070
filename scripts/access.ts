import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROLES, type Role } from '../core/contract/access.ts';
import { HTTP } from '../core/contract/http.ts';
import { COLLECTION_NAMES, type CollectionName } from '../core/contract/record.ts';
import { COMMANDS, ENDPOINTS, OWN_WORDS, REVOCATIONS, ROOMS, ROWS, STREAM_RIGHTS, TICKETS, type EndpointName } from '../core/domain/access/matrix.ts';

/** Writes the matrix into docs/access.md, between its markers. A test compares. */

const PAGE = resolve(import.meta.dirname, '..', 'docs', 'access.md');
const START = '<!-- the matrix: node scripts/access.ts -->';
const END = '<!-- end of the matrix -->';

const table = (first: string, rows: readonly (readonly string[])[]): string => [`| ${[first, ...ROLES].join(' | ')} |`, `|${'---|'.repeat(ROLES.length + 1)}`, ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
const marks = (roles: readonly Role[]): string[] => ROLES.map((role) => (roles.includes(role) ? 'yes' : '–'));
const entries = <K extends string>(of: Readonly<Record<K, readonly Role[]>>): [K, readonly Role[]][] => Object.entries(of) as [K, readonly Role[]][];

function cell(role: Role, collection: CollectionName): string {
  const { rows, hidden, hiddenOfOthers } = ROWS[role][collection];
  if (rows === 'none') return '–';
  const own = OWN_WORDS[role]?.[collection];
  const what = rows === 'own' ? (own ?? 'own') : 'all';
  const without = hidden.filter((field) => field !== 'source');
  return [what, without.length > 0 ? `without ${without.join(', ')}` : null, hiddenOfOthers.length > 0 ? `${hiddenOfOthers.join(', ')} only of ${own ?? 'own'}` : null].filter(Boolean).join('; ');
}

export function accessTables(): string {
  const address = (name: EndpointName) => `\`${HTTP[name].method} ${HTTP[name].path}\``;
  return [
    '## Endpoints\n',
    table('endpoint', entries(ENDPOINTS).map(([name, roles]) => [address(name), ...marks(roles)])),
    '\n## Commands\n',
    table('command', entries(COMMANDS).map(([name, roles]) => [`\`${name}\``, ...marks(roles)])),
    '\n## Stream rooms\n',
    table('room', entries(ROOMS).map(([name, roles]) => [name, ...marks(roles)])),
    '\n## Beside the record on the stream\n',
    table('what', entries(STREAM_RIGHTS).map(([name, roles]) => [name, ...marks(roles)])),
    '\n## Making links and withdrawing access\n',
    table('link for', entries(TICKETS).map(([name, roles]) => [name, ...marks(roles)])),
    '',
    table('device of', entries(REVOCATIONS).map(([name, roles]) => [name, ...marks(roles)])),
    '\n## Rows and fields\n',
    table('collection', COLLECTION_NAMES.map((name) => [name, ...ROLES.map((role) => cell(role, name))])),
  ].join('\n');
}

/** The page with the tables as they are now. */
export function renewed(page: string): string {
  const [head, rest] = page.split(START);
  const tail = rest?.split(END)[1];
  if (head === undefined || tail === undefined) throw new Error(`${PAGE} has lost its markers`);
  return `${head}${START}\n\n${accessTables()}\n\n${END}${tail}`;
}

if (import.meta.main) writeFileSync(PAGE, renewed(readFileSync(PAGE, 'utf8')));
