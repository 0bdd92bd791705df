import { validateOne } from '../../core/validate.js';
import { STATSD_HOST, STATSD_PORT } from './statsd.options.js';

/** @throws {OptionsError} naming the variable, if it says what cannot be. */
export function hostOfAgent(): string {
  const host = process.env['DD_AGENT_HOST'] || 'localhost';
  validateOne(host, STATSD_HOST, 'The variable DD_AGENT_HOST');
  return host;
}

/** @throws {OptionsError} naming the variable, if it says what cannot be. */
export function portOfAgent(): number {
  const text = process.env['DD_DOGSTATSD_PORT'] || '8125';
  const isNumber = /^\s*\d+\s*$/.test(text);
  const port = isNumber ? Number(text) : text;
  validateOne(port, STATSD_PORT, 'The variable DD_DOGSTATSD_PORT');
  return Number(port);
}
