import type { FastifyInstance } from 'fastify';

/** Bytes; the longest form of the classic page has a pasted link in it. */
const FORM_LIMIT = 8 * 1024;

/** Bodies here are forms as browsers send them, and nothing else; each field becomes text, the last of a name counts. */
export function formsIn(app: FastifyInstance, limit = FORM_LIMIT): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: limit }, (_request, body, done) => {
    const fields: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [name, value] of new URLSearchParams(String(body))) fields[name] = value;
    done(null, { ...fields });
  });
}
