import { metricsModuleIn } from './module-import.js';
import { nodesOf, type SourceFile } from './source-file.js';

const REGISTERS = ['forRoot', 'forRootAsync'];

/** Whether a file imports MetricsModule into a module. */
export function registers(file: SourceFile): boolean {
  const name = metricsModuleIn(file);
  if (name === undefined) return false;
  const calls = REGISTERS.map((method) => `${name}.${method}`);
  return [...nodesOf(file.program)].some(
    (node) =>
      node.type === 'CallExpression' &&
      calls.includes(file.codeOf(node.callee)),
  );
}
