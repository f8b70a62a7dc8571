/** Values by names that may be any, such as `constructor` and `__proto__`: it has nothing of what other objects inherit. */
export function byName<T>(values: Readonly<Record<string, T>> = {}): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, values);
}

/** What an object has under a name that may be any: nothing that it inherits. */
export function ownValue<T>(values: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}
