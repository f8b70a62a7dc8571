const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const DOTTED_QUAD = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

/**
 * The text if it is four decimal numbers of 0-255 with dots between them, else null. Leading zeros are refused: some
 * programs read `010` as 8, others as 10.
 *
 * @param text without white space around it
 */
export function cleanIpAddress(text: string): string | null {
  return DOTTED_QUAD.test(text) ? text : null;
}
