type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Puts another function in the place of a method of this one object; no prototype,
 * and so no other object, is touched. It looks as the method does.
 */
export function patchClientMethod<T extends object>(
  target: T,
  method: keyof T,
  make: (original: Method) => Method,
): void {
  const original = target[method] as Method;
  const own = Object.getOwnPropertyDescriptor(target, method);
  Object.defineProperty(target, method, {
    value: lookingAs(original, make(original)),
    enumerable: own?.enumerable ?? false,
    configurable: true,
    writable: true,
  });
}

/** Gives a function the name and the number of parameters of another. */
export function lookingAs(original: Method, replacement: Method): Method {
  const { name, length } = original;
  return Object.defineProperties(replacement, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  });
}
