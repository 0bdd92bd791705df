type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Replaces a method of this object alone: its prototype, and so all other objects, stay
 * as they are. The replacement keeps the name and length of the method.
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
