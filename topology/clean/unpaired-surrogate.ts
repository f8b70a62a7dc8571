const UNPAIRED_SURROGATE = /\p{Surrogate}/u;

/**
 * Whether the text holds half a surrogate pair, which JSON can write (`"\ud800"`) and UTF-8 can't. As part of a record's key
 * all such texts would become the same bytes, so different users or countries would be one.
 */
export function hasUnpairedSurrogate(text: string): boolean {
  return UNPAIRED_SURROGATE.test(text);
}
