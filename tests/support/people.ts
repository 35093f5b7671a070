import { EnterAnswer, InviteAnswer, JoinAnswer } from '../../core/contract/accounts.ts';
import { ErrorBody, HTTP } from '../../core/contract/http.ts';
import type { Role } from '../../core/contract/access.ts';

/** A browser of its own: keeps cookies, and says which page asks, as browsers do. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly url: string;
  constructor(url: string) {
    this.url = url;
  }

  get headers(): Record<string, string> {
    return { origin: this.url, 'sec-fetch-site': 'same-origin', 'user-agent': 'Test browser', ...(this.cookies.size > 0 ? { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}) };
  }

  /** `path` may be a whole address. Redirects are not followed. */
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const answer = await fetch(new URL(path, this.url), {
      method,
      redirect: 'manual',
      headers: { ...this.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.#keep(answer);
    return answer;
  }

  #keep(answer: Response): void {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === '' || /max-age=0(;|$)/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }

  /** Sends a form as a page without script does. Redirects are not followed. */
  async form(path: string, fields: Readonly<Record<string, string>>, headers: Record<string, string> = this.headers): Promise<Response> {
    const answer = await fetch(new URL(path, this.url), { method: 'POST', redirect: 'manual', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields).toString() });
    this.#keep(answer);
    return answer;
  }

  get = (path: string) => this.ask('GET', path);
  post = (path: string, body: unknown = {}) => this.ask('POST', path, body);

  async enter(organisationId?: string) {
    const answer = await this.post(HTTP.enter.path, { ...(organisationId ? { organisationId } : {}), device: { name: 'Browser', kind: 'browser' } });
    if (answer.status !== 200) throw new Error(await answer.text());
    return EnterAnswer.parse(await answer.json());
  }

  signIn = (email: string, password: string) => this.post('/api/auth/sign-in/email', { email, password });
}

export const codeOf = async (answer: Response): Promise<[number, string]> => [answer.status, ErrorBody.parse(await answer.json()).error.code];
export const PASSWORD = 'a long enough password';

type Asking = Pick<Visitor, 'url'> & { readonly headers: Record<string, string> };

export async function invitationFrom(owner: Asking, email: string, role: Role, more: object = {}): Promise<{ token: string; id: string; url: string; mail: string }> {
  const answer = await fetch(new URL(HTTP.invite.path, owner.url), { method: 'POST', headers: { ...owner.headers, 'content-type': 'application/json' }, body: JSON.stringify({ email, role, ...more }) });
  if (answer.status !== 200) throw new Error(await answer.text());
  const { url, invitation, mail } = InviteAnswer.parse(await answer.json());
  return { token: url.split('#invitation=')[1] ?? '', id: invitation.id, url, mail };
}

/** Somebody with an account and a membership, signed in but not entered. */
export async function joined(owner: Asking, email: string, role: Role, more: object = {}): Promise<Visitor & { readonly membershipId: string }> {
  const { token } = await invitationFrom(owner, email, role, more);
  const visitor = new Visitor(owner.url);
  const answer = await visitor.post(HTTP.join.path, { invitation: token, name: email.split('@')[0] ?? email, password: PASSWORD });
  if (answer.status !== 200) throw new Error(await answer.text());
  return Object.assign(visitor, { membershipId: JoinAnswer.parse(await answer.json()).membershipId });
}
