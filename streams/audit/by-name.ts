/** Values by arbitrary names, also `constructor` and `__proto__`: the object inherits nothing. */
export function byName<T>(values: Readonly<Record<string, T>> = {}): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, values);
}

/** The own value of an object under an arbitrary name, never an inherited one. */
export function ownValue<T>(values: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}
