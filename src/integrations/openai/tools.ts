import type { AgentMetrics } from '../../instrumentation/gen-ai/agent-metrics.js';
import { lookingAs } from './patch-client-method.js';

type ToolFunction = (this: unknown, ...args: unknown[]) => unknown;

/** A tool of `runTools()`: with its function, or with a callback if a helper for schemas created it. */
interface Tool {
  readonly function?: {
    readonly name?: string;
    readonly function?: ToolFunction;
  };
  readonly $callback?: ToolFunction;
}

/**
 * Returns the parameters of `runTools()` with measured tools. The caller's own
 * tools stay as they are.
 */
export function withMeasuredTools(
  body: unknown,
  metrics: AgentMetrics,
): unknown {
  const { tools } = (body ?? {}) as { tools?: unknown };
  if (!Array.isArray(tools)) return body;
  return copy(body as object, {
    tools: tools.map((tool: Tool) => measuredTool(tool, metrics)),
  });
}

function measuredTool(tool: Tool, metrics: AgentMetrics): Tool {
  // The SDK reports an invalid tool.
  if (typeof tool !== 'object' || tool === null) return tool;
  const { function: definition, $callback } = tool;
  if (typeof $callback === 'function') {
    const name = definition?.name || $callback.name;
    return copy(tool, { $callback: measured($callback, name, metrics) });
  }
  const original = definition?.function;
  if (typeof original !== 'function') return tool;
  // The name that the SDK sends to the model.
  const name = definition?.name || original.name;
  return copy(tool, {
    function: copy(definition!, {
      function: measured(original, name, metrics),
    }),
  });
}

function measured(
  original: ToolFunction,
  tool: string,
  metrics: AgentMetrics,
): ToolFunction {
  return lookingAs(original, function (...args) {
    return metrics.runTool(tool, () => Reflect.apply(original, this, args));
  });
}

/** Copies an object, with hidden properties and its prototype, and replaces some values. */
function copy<T extends object>(object: T, values: Partial<T>): T {
  const properties = Object.getOwnPropertyDescriptors(object) as Record<
    string,
    PropertyDescriptor
  >;
  for (const [key, value] of Object.entries(values)) {
    const { enumerable = true } = properties[key] ?? {};
    properties[key] = { value, enumerable, configurable: true, writable: true };
  }
  return Object.create(Object.getPrototypeOf(object), properties) as T;
}
