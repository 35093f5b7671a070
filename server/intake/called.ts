import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';

/**
 * The address as the vendor called it. Some sign it, so behind a proxy it has to be the public one: that is configured
 * and never taken from the caller's headers where it is.
 */
export function calledUrl(request: Pick<FastifyRequest, 'protocol' | 'host' | 'originalUrl'>, { publicUrl }: Pick<Config, 'publicUrl'>): string {
  return `${publicUrl ?? `${request.protocol}://${request.host}`}${request.originalUrl}`;
}

/** Decoded query of a call, the first of repeated names; what is no text is left out. */
export function queryOf(request: Pick<FastifyRequest, 'query'>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries((request.query ?? {}) as Record<string, unknown>)) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string') found[name] = first;
  }
  return found;
}
