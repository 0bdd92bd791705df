import { withDefaults } from '../../../core/validate.js';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Environment, Found } from './environment.js';
import { parsePair } from './headers.js';
import type { OtlpAttributes } from './otlp.options.js';
import { withoutLinks } from '../../../core/message-links.js';
import { PACKAGE, VERSION } from '../../../core/package.js';

/**
 * Describes the app (OpenTelemetry specification, "Resource SDK"; semantic
 * conventions, "Resource"). Later attributes replace earlier ones.
 */
export function resourceOf(
  given: OtlpAttributes,
  environment: Environment,
): OtlpAttributes {
  const name = environment.text('OTEL_SERVICE_NAME')?.value;
  return {
    ...detected(),
    ...ofEnvironment(environment),
    ...(name !== undefined && { 'service.name': name }),
    ...withDefaults({}, given),
  };
}

function detected(): OtlpAttributes {
  const version = process.env['npm_package_version'];
  return {
    'service.name': process.env['npm_package_name'] || 'unknown_service:node',
    ...(version && { 'service.version': version }),
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

/** If one attribute is malformed, all are ignored ("Specifying resource information via an environment variable"). */
function ofEnvironment(environment: Environment): OtlpAttributes {
  const found = environment.text('OTEL_RESOURCE_ATTRIBUTES');
  if (found === undefined) return {};
  try {
    return attributesOf(found);
  } catch (error) {
    const { message } = error as Error;
    environment.warnings.push(
      `${withoutLinks(message)}; the whole variable is ignored`,
    );
    return {};
  }
}

function attributesOf({ value, variable }: Found<string>): OtlpAttributes {
  const pairs = value.split(',').flatMap((part, i) => {
    const isEmpty = part.trim() === '';
    return isEmpty
      ? []
      : [parsePair(part, `Attribute ${i + 1} in ${variable}`)];
  });
  return Object.fromEntries(pairs);
}
