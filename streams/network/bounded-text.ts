/**
 * The text of a response's body. Rejects if it is larger than `maxBytes` after decompression; the rest is not read. The
 * response may come from a foreign process.
 */
export async function boundedText({ body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new BodyTooLargeError(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

export class BodyTooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`its answer is larger than ${maxBytes} bytes`);
    this.name = 'BodyTooLargeError';
  }
}
