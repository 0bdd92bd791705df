/** The name of a class, also of one whose static members hide it. */
export function className(constructor: Function): string {
  const name: unknown = constructor.name;
  return typeof name === 'string' && name !== '' ? name : 'anonymous';
}
