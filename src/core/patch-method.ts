/** Which methods of which objects are shadowed now. */
const patchedMethods = new WeakMap<object, Set<PropertyKey>>();

/**
 * Puts another function in front of a method of one object. The object stays the
 * same, so that all else it can do, and who compares it, is not affected.
 *
 * @param make gets the method and a function that takes the shadow away again.
 * @returns false if the object does not let itself be shadowed, or is already.
 */
export function patchMethod<T extends object, K extends keyof T>(
  target: T,
  method: K,
  make: (original: NonNullable<T[K]>, restore: () => void) => T[K],
): boolean {
  const methods = patchedMethods.get(target) ?? new Set<PropertyKey>();
  if (methods.has(method) || !Object.isExtensible(target)) return false;
  const own = Object.getOwnPropertyDescriptor(target, method);
  if (own?.configurable === false) return false;
  const restore = () => {
    methods.delete(method);
    if (own === undefined) delete target[method];
    else Object.defineProperty(target, method, own);
  };
  const done = Reflect.defineProperty(target, method, {
    value: make(target[method] as NonNullable<T[K]>, restore),
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
  if (done) patchedMethods.set(target, methods.add(method));
  return done;
}
