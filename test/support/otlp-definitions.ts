import root from '@opentelemetry/otlp-transformer/build/src/generated/root.js';

/** A message of the definitions, as protobufjs has them. */
interface Message {
  fromObject(object: object): object;
  toObject(message: object, options: object): any;
  decode(bytes: Uint8Array): object;
  encode(message: object): { finish(): Uint8Array };
  verify(message: object): string | null;
}

/** What is generated from the official `.proto` files; its types do not say so. */
const { collector } = (root as any).opentelemetry.proto;

export const RequestMessage: Message =
  collector.metrics.v1.ExportMetricsServiceRequest;

export const ResponseMessage: Message =
  collector.metrics.v1.ExportMetricsServiceResponse;

/** A point of a request, with what is said of its metric. Numbers of 64 bits are texts. */
export interface SentPoint {
  readonly metric: string;
  readonly kind: string;
  readonly unit: string;
  readonly description: string;
  readonly temporality: string | undefined;
  readonly isMonotonic: boolean | undefined;
  readonly labels: Record<string, string>;
  readonly start: string | undefined;
  readonly time: string;
  readonly value: number | undefined;
  readonly count: string | undefined;
  readonly sum: number | undefined;
  readonly counts: string[] | undefined;
  readonly bounds: number[] | undefined;
  readonly quantiles: { quantile: number; value: number }[] | undefined;
  readonly exemplars: SentExemplar[];
}

export interface SentExemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  readonly time: string;
  readonly labels: Record<string, string>;
}

/** A request, decoded. */
export interface SentRequest {
  readonly resource: Record<string, unknown>;
  readonly scope: { readonly name: string; readonly version: string };
  readonly points: SentPoint[];
}

/** Decodes a request; fails if it is not what the definitions say. */
export function decodeRequest(body: Buffer, isJson: boolean): SentRequest {
  const message = isJson
    ? RequestMessage.fromObject(withBytes(JSON.parse(body.toString('utf8'))))
    : RequestMessage.decode(body);
  const fault = RequestMessage.verify(message);
  if (fault !== null) throw new Error(fault);
  const request = RequestMessage.toObject(message, {
    longs: String,
    enums: String,
  });
  if (request.resourceMetrics?.length !== 1) {
    throw new Error('There is not one resource');
  }
  const [{ resource, scopeMetrics }] = request.resourceMetrics;
  return {
    resource: attributesOf(resource.attributes),
    scope: scopeMetrics[0].scope,
    points: scopeMetrics[0].metrics.flatMap(pointsOf),
  };
}

function pointsOf(metric: any): SentPoint[] {
  const kind = ['sum', 'gauge', 'histogram', 'summary'].find(
    (name) => metric[name] !== undefined,
  )!;
  const { dataPoints, aggregationTemporality, isMonotonic } = metric[kind];
  return dataPoints.map((point: any) => ({
    metric: metric.name,
    kind,
    unit: metric.unit ?? '',
    description: metric.description ?? '',
    temporality: aggregationTemporality,
    isMonotonic,
    labels: attributesOf(point.attributes) as Record<string, string>,
    start: point.startTimeUnixNano,
    time: point.timeUnixNano,
    value: point.asDouble,
    count: point.count,
    sum: point.sum,
    counts: point.bucketCounts,
    bounds: point.explicitBounds ?? (kind === 'histogram' ? [] : undefined),
    quantiles: point.quantileValues,
    exemplars: (point.exemplars ?? []).map(exemplarOf),
  }));
}

function exemplarOf(exemplar: any): SentExemplar {
  const hex = (id: Uint8Array | undefined) =>
    Buffer.from(id ?? []).toString('hex');
  return {
    traceId: hex(exemplar.traceId),
    spanId: hex(exemplar.spanId),
    value: exemplar.asDouble,
    time: exemplar.timeUnixNano,
    labels: attributesOf(exemplar.filteredAttributes) as Record<string, string>,
  };
}

function attributesOf(attributes: any[] = []): Record<string, unknown> {
  const entries = attributes.map(({ key, value }) => [
    key,
    value.stringValue ??
      value.boolValue ??
      value.doubleValue ??
      Number(value.intValue),
  ]);
  const names = entries.map(([key]) => key);
  if (new Set(names).size !== names.length) {
    throw new Error('An attribute is there twice');
  }
  return Object.fromEntries(entries);
}

/** Ids are hexadecimal in OTLP/JSON, and bytes for the definitions; numbers that JSON has not are texts. */
function withBytes(value: any, key = ''): any {
  if (Array.isArray(value)) return value.map((one) => withBytes(one, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, withBytes(one, name)]),
    );
  }
  if (key === 'traceId' || key === 'spanId') return Buffer.from(value, 'hex');
  const isDouble = /^(asDouble|sum|value|quantile|explicitBounds)$/.test(key);
  return isDouble && typeof value === 'string' ? Number(value) : value;
}
