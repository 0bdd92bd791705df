/**
 * The name that a handler has as a property of its class. Decorators replace methods,
 * often by a function that has no name, or the same one for all methods.
 */
export function handlerName(handlerClass: Function, handler: Function): string {
  const given = handler.name.replace(/^(bound )+/, '');
  let prototype: object | null = handlerClass.prototype;
  while (prototype !== null && prototype !== Object.prototype) {
    const name = propertyOf(prototype, handler, given);
    if (name !== undefined) return name;
    prototype = Object.getPrototypeOf(prototype);
  }
  return given || 'anonymous';
}

/** Of several properties, the one that the handler has the name of. */
function propertyOf(
  prototype: object,
  handler: Function,
  given: string,
): string | undefined {
  const names = Object.getOwnPropertyNames(prototype).filter(
    (name) =>
      Object.getOwnPropertyDescriptor(prototype, name)?.value === handler,
  );
  return names.includes(given) ? given : names[0];
}
