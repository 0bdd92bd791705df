import { withDefaults } from '../../../model/validate.js';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Environment } from './environment.js';
import { parsePair } from './headers.js';
import type { OtlpAttributes } from './otlp.options.js';
import { PACKAGE, VERSION } from '../../../model/package.js';

/**
 * What is told of the app (OpenTelemetry specification, "Resource SDK"; semantic
 * conventions, "Resource"). What comes later wins.
 *
 * @throws {OptionsError} naming the variable that is malformed.
 */
export function resourceOf(
  given: OtlpAttributes,
  environment: Environment,
): OtlpAttributes {
  const name = environment.text('OTEL_SERVICE_NAME')?.value;
  return {
    ...found(),
    ...ofEnvironment(environment),
    ...(name !== undefined && { 'service.name': name }),
    ...withDefaults({}, given),
  };
}

function found(): OtlpAttributes {
  const ofApp = process.env['npm_package_version'];
  return {
    'service.name': process.env['npm_package_name'] || 'unknown_service:node',
    ...(ofApp && { 'service.version': ofApp }),
    'service.instance.id': randomUUID(),
    'telemetry.sdk.name': PACKAGE,
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': VERSION,
    'host.name': hostname(),
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.version.slice(1),
  };
}

function ofEnvironment(environment: Environment): OtlpAttributes {
  const text = environment.text('OTEL_RESOURCE_ATTRIBUTES');
  const parts = text?.value.split(',').entries() ?? [];
  const attributes: Record<string, string> = {};
  for (const [i, part] of parts) {
    if (part.trim() === '') continue;
    const at = `Attribute ${i + 1} in ${text!.variable}`;
    const [name, value] = parsePair(part, at);
    attributes[name] = value;
  }
  return attributes;
}
