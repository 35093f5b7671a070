import type { FastifyReply } from 'fastify';
import { html, told, type Html } from '../classic/html.ts';
import { ASK_POLICY, ASK_STYLE } from './style.ts';
import { WORDS } from './words.ts';

export interface AskPage {
  readonly title: string;
  /** The house; null = no house is known by this address. */
  readonly house: string | null;
  readonly body: Html;
}

// The style is ours, has nothing of anybody in it, and is held by its digest: escaped it would be another one.
const HEAD = [
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
  '<meta name="robots" content="noindex, nofollow"><meta name="color-scheme" content="light dark">',
  `<style>${ASK_STYLE}</style>`,
] as const;

function pageText({ title, house, body }: AskPage): string {
  const whole = html`<title>${title}${house !== null && ` · ${house}`}</title></head>
<body><a class="skip" href="#content">${WORDS.skip}</a>
<header class="top"><div class="wide"><span class="mark">${house === null ? WORDS.product : told(house)}</span></div></header>
<main class="wide" id="content">${body}</main></body></html>`;
  return `${HEAD.join('')}${whole.toString()}`;
}

/** Never kept by anybody, shown in no frame, found by no search. Old browsers prove where a form stood by what `same-origin` lets them say. */
export function sendAskPage(reply: FastifyReply, status: number, page: AskPage): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-security-policy': ASK_POLICY, 'referrer-policy': 'same-origin', 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow',
    })
    .type('text/html; charset=utf-8')
    .send(pageText(page));
}
