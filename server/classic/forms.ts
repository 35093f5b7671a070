import type { FastifyInstance } from 'fastify';

/** The longest form has a pasted link in it. */
const FORM_LIMIT = 8 * 1024;

/** Bodies here are forms as browsers send them, and nothing else; each field becomes text, the last of a name counts. */
export function formsIn(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: FORM_LIMIT }, (_request, body, done) => {
    const fields: Record<string, string> = Object.create(null) as Record<string, string>;
    for (const [name, value] of new URLSearchParams(String(body))) fields[name] = value;
    done(null, { ...fields });
  });
}
