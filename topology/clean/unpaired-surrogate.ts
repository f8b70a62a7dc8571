const UNPAIRED_SURROGATE = /\p{Surrogate}/u;

/**
 * True if the text has half a surrogate pair. JSON can write it (`"\ud800"`), UTF-8 can't. In a record's key all such
 * texts would become the same bytes, so different users or countries would become one.
 */
export function hasUnpairedSurrogate(text: string): boolean {
  return UNPAIRED_SURROGATE.test(text);
}
