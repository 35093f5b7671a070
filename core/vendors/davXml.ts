import { SaxesParser } from 'saxes';
import { err, ok, type Result } from '../contract/result.ts';

/** XML as WebDAV servers answer it: foreign text, so bounded in size, number and depth, and without any entity of its own. */

export const DAV = 'DAV:';
export const CALDAV = 'urn:ietf:params:xml:ns:caldav';
/** Apple's Calendar Server gave `getctag`, its clients the colour of a calendar. */
export const CALENDAR_SERVER = 'http://calendarserver.org/ns/';
export const APPLE_ICAL = 'http://apple.com/ns/ical/';

/** An element with its namespace resolved: prefixes are the server's own choice. */
export interface XmlElement {
  readonly ns: string;
  readonly name: string;
  /** Those without a namespace, by name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text without that of its children. */
  readonly text: string;
}

/** `too_large`: fewer things have to be asked for at once. `broken`: no XML, cut off, or what no such server sends. */
export type XmlProblem = 'too_large' | 'broken';

/** The host takes in no more than 5 MB; this holds where a host has no limit. */
const MOST_CHARACTERS = 6_000_000;
const MOST_ELEMENTS = 250_000;
/** Ten are needed; a document that nests deeper wants something else. */
const DEEPEST = 40;
/** Of one element, namespaces among them; the parser holds each against all others. */
const MOST_ATTRIBUTES = 100;

class Refused extends Error {
  readonly problem: XmlProblem;
  constructor(problem: XmlProblem) {
    super(problem);
    this.problem = problem;
  }
}

interface Growing extends XmlElement {
  readonly children: Growing[];
  text: string;
}

const NONE: ReadonlyMap<string, string> = new Map();
function plainOf(attributes: readonly { readonly uri: string; readonly local: string; readonly value: string }[]): ReadonlyMap<string, string> {
  const plain = attributes.filter(({ uri }) => uri === '');
  return plain.length === 0 ? NONE : new Map(plain.map(({ local, value }) => [local, value]));
}

/** The root element. A document that is cut off, or declares a document type (and with it entities), is none. */
export function parseXml(text: string): Result<XmlElement, XmlProblem> {
  if (text.length > MOST_CHARACTERS) return err('too_large');
  const open: Growing[] = [];
  let root: Growing | null = null;
  let elements = 0;
  let attributesOfOne = 0;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', () => {
    throw new Refused('broken');
  });
  parser.on('doctype', () => {
    throw new Refused('broken');
  });
  parser.on('attribute', () => {
    attributesOfOne += 1;
    if (attributesOfOne > MOST_ATTRIBUTES) throw new Refused('broken');
  });
  parser.on('opentag', ({ uri, local, attributes }) => {
    elements += 1;
    attributesOfOne = 0;
    if (elements > MOST_ELEMENTS) throw new Refused('too_large');
    if (open.length >= DEEPEST) throw new Refused('broken');
    const element: Growing = { ns: uri, name: local, attributes: plainOf(Object.values(attributes)), children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const take = (part: string): void => {
    const into = open.at(-1);
    if (into) into.text += part;
  };
  parser.on('text', take);
  parser.on('cdata', take);
  parser.on('closetag', () => void open.pop());
  try {
    parser.write(text.replace(/^\uFEFF/, '').trimStart()).close();
  } catch (cause) {
    // The parser says what is wrong by throwing, and quotes the document; its words are not passed on.
    return err(cause instanceof Refused ? cause.problem : 'broken');
  }
  return root === null ? err('broken') : ok(root);
}

export const childOf = (element: XmlElement | null | undefined, ns: string, name: string): XmlElement | null =>
  element?.children.find((one) => one.ns === ns && one.name === name) ?? null;

export const childrenOf = (element: XmlElement | null | undefined, ns: string, name: string): readonly XmlElement[] =>
  element?.children.filter((one) => one.ns === ns && one.name === name) ?? [];

/** Trimmed; null when there is none. */
export function textOf(element: XmlElement | null | undefined): string | null {
  const text = element?.text.trim() ?? '';
  return text === '' ? null : text;
}

const ENTITIES = new Map([['&', '&amp;'], ['<', '&lt;'], ['>', '&gt;'], ['"', '&quot;'], ["'", '&apos;'], ['\r', '&#13;']]);

/** Text as it may stand in an element or in quotes; characters that XML cannot carry go. */
export const xmlText = (text: string): string =>
  text.toWellFormed()
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"'\r]/g, (character) => ENTITIES.get(character) ?? character);
