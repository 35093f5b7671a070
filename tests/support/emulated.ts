import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEmulator, type Emulator, type EmulatorOptions } from 'emulate';

/** A vendor's stand-in that somebody else has written, on a free loopback port. It has to be told its port, so a lost race is tried again. */

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startEmulated(service: EmulatorOptions['service'], seed: object): Promise<Emulator> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await createEmulator({ service, port: await freePort(), seed: { [service]: seed } });
    } catch (error) {
      if (tries >= 3) throw error;
    }
  }
}

/** The names and values of a page's hidden fields, with the address its form goes to: what a browser sends when its button is pressed. */
export function formOf(page: string, chosen: string): { readonly action: string; readonly fields: URLSearchParams } {
  const form = page.split(/<form\b/i).find((part) => part.includes(chosen)) ?? '';
  const text = (value: string | undefined) => (value ?? '').replaceAll('&amp;', '&').replaceAll('&#x2F;', '/').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/gi)) fields.append(text(/\bname="([^"]*)"/.exec(tag)?.[1]), text(/\bvalue="([^"]*)"/.exec(tag)?.[1]));
  return { action: text(/\baction="([^"]*)"/.exec(form)?.[1]), fields };
}
