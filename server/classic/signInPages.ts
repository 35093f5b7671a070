import type { AccountAnswer } from '../../core/contract/accounts.ts';
import { html, told } from './html.ts';
import { said, type Around } from './layout.ts';
import { CLASSIC } from './paths.ts';
import { filled, WORDS } from './words.ts';

/** What is shown while nobody is let in. */

export interface SigningIn {
  /** Why not, in words. */
  readonly failed: string | null;
  /** What was typed before. */
  readonly email: string;
  readonly accounts: boolean;
  /** The browser withheld who it is because another site led here. */
  readonly fromElsewhere: boolean;
}

export function signInPage({ failed, email, accounts, fromElsewhere }: SigningIn): Around {
  const words = WORDS.signIn;
  const password = html`<h2>${words.withPassword}</h2>
<form class="block" method="post" action="${CLASSIC.signIn}"><label for="email">${words.email}</label><input id="email" name="email" type="email" required autocomplete="username" maxlength="254" value="${email}">
<label for="password">${words.password}</label><input id="password" name="password" type="password" required autocomplete="current-password" maxlength="128">
<label class="tick"><input type="checkbox" name="remember" value="yes"> ${words.remember}</label><button class="main">${words.submit}</button></form>`;
  const body = html`<h1>${words.title}</h1><p>${words.about}</p>${said(failed, 'alert')}
${fromElsewhere && html`<p class="said">${words.goOn} <a href="${CLASSIC.today}">${words.goOnLink}</a></p>`}
${accounts && password}
<h2>${words.withLink}</h2>
<form class="block" method="post" action="${CLASSIC.link}"><label for="link">${words.link}</label><input id="link" name="link" type="text" required autocomplete="off" spellcheck="false" maxlength="2000" aria-describedby="link-help"><p class="dim" id="link-help">${words.linkHelp}</p><button>${words.open}</button></form>
${accounts && html`<p class="dim">${words.elsewhere}</p>`}`;
  return { title: words.title, body };
}

export function codePage(failed: string | null): Around {
  const words = WORDS.code;
  const body = html`<h1>${words.title}</h1><p>${words.about}</p>${said(failed, 'alert')}
<form class="block" method="post" action="${CLASSIC.code}"><label for="code">${words.label}</label><input id="code" name="code" type="text" required autocomplete="one-time-code" spellcheck="false" maxlength="40">
<label class="tick"><input type="checkbox" name="trust" value="yes"> ${words.trust}</label><button class="main">${words.submit}</button></form><p><a href="${CLASSIC.signIn}">${words.anew}</a></p>`;
  return { title: words.title, body };
}

export function enterPage({ account, memberships }: AccountAnswer, platform: boolean): Around {
  const words = WORDS.enter;
  const body = html`<h1>${words.title}</h1><p>${told(filled(words.about, { name: account.name }))}</p>
${memberships.length === 0 && html`<p>${words.none}</p>`}
<ul class="rows">${memberships.map(({ organisation, role }) => html`<li><form method="post" action="${CLASSIC.enter}"><input type="hidden" name="organisationId" value="${organisation.id}"><button>${told(filled(words.submit, { name: organisation.name }))}</button></form><span class="dim">${WORDS.roles[role]}</span></li>`)}</ul>
${platform && html`<p><a href="${CLASSIC.platform}">${WORDS.platform.link}</a></p>`}
<form method="post" action="${CLASSIC.signOut}"><button>${words.other}</button></form>`;
  return { title: words.title, body };
}

export const failedPage = (words: string): Around => ({ title: WORDS.failed.title, body: html`<h1>${WORDS.failed.title}</h1>${said(words, 'alert')}<p><a href="${CLASSIC.today}">${WORDS.failed.back}</a></p>` });
